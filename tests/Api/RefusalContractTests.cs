using System.Reflection;
using System.Text.RegularExpressions;
using Orleans;
using Pos.Api;
using Pos.Api.Access;
using Pos.Api.Input;

namespace Pos.Tests;

/// <summary>The rules that the API reads from the contracts instead of typing them again.</summary>
public sealed partial class RefusalContractTests
{
    /// <summary>These are called by sagas alone, which treat every refusal alike.</summary>
    private static readonly string[] OfSagas =
        ["IOrderGrain.Take", "IReturnGrain.Take", "IPaymentGrain.Charge", "IPaymentGrain.Undo", "IPaymentGrain.Refund", "IStockGrain.Restock",
            "ICreditGrain.TakeCredit", "ICreditGrain.GiveBackCredit", "ICreditGrain.KeepCredit"];

    [Fact]
    public void every_command_that_clients_can_send_declares_its_refusals_once_each()
    {
        var commands = typeof(IOrderGrain).Assembly.GetTypes()
            .Where(type => type.IsInterface && type.IsAssignableTo(typeof(IGrain)))
            .SelectMany(type => type.GetMethods().Where(method => method.DeclaringType == type && IsCommand(method)))
            .ToList();
        Assert.NotEmpty(commands);
        var undeclared = commands.Where(method => method.GetCustomAttribute<RefusesAttribute>() is null).Select(NameOf).Order(StringComparer.Ordinal);
        Assert.Equal(OfSagas.Order(StringComparer.Ordinal), undeclared);
        Assert.All(commands, method =>
        {
            var codes = method.GetCustomAttribute<RefusesAttribute>()?.Codes ?? [];
            Assert.Equal(codes.Distinct(), codes);
        });
    }

    [Fact]
    public void an_id_takes_its_own_sample_and_its_pattern_does_too() => Assert.All(TextIds.All.Values, id =>
    {
        Assert.True(id.Takes(id.Sample), id.Rule);
        Assert.Matches(id.Pattern, id.Sample);
        Assert.False(id.Takes(""), id.Rule);
        Assert.False(id.Takes(null), id.Rule);
    });

    /// <summary>"It takes a operator": a sentence is put together from parts, and the article has to fit each of them.</summary>
    [Fact]
    public void a_refused_role_is_told_with_the_right_article()
    {
        var refused = 0;
        foreach (var permission in new[] { Permission.Read, Permission.Sell, Permission.Supervised, Permission.KeepStock, Permission.KeepCatalogue, Permission.Operate })
        {
            foreach (var role in Enum.GetValues<Role>())
            {
                using var allowance = new Allowance(new ApiOptions());
                var caller = new Caller("x", role, null) { Allowance = allowance };
                if (Admission.Refuse(permission, Owner.Operators, caller, isSeconded: false, approver: null, out _) is { } refusal)
                {
                    refused++;
                    Assert.DoesNotMatch(WrongArticle(), refusal.Detail);
                    Assert.Contains(role.ToString().ToLowerInvariant() + "'s", refusal.Detail, StringComparison.Ordinal);
                }
            }
        }

        Assert.True(refused >= 6);
    }

    private static bool IsCommand(MethodInfo method) =>
        method.ReturnType.IsGenericType && method.ReturnType.GetGenericArguments()[0] is { IsGenericType: true } outcome && outcome.GetGenericTypeDefinition() == typeof(Outcome<>);

    private static string NameOf(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";

    [GeneratedRegex(@"\ba [aeiou]|\ban [^aeiou]", RegexOptions.IgnoreCase)]
    private static partial Regex WrongArticle();
}
