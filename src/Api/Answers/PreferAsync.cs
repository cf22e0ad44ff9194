using Microsoft.AspNetCore.Http;

namespace Pos.Api.Answers;

/// <summary>The preference <c>respond-async</c> of RFC 7240; as metadata it says that an operation knows it.</summary>
internal sealed class PreferAsync
{
    public static readonly PreferAsync Metadata = new();

    private const string Preference = "respond-async";

    /// <summary>Whether the client asks for it; if so, the answer says that it was heard.</summary>
    public static bool IsAsked(HttpContext context)
    {
        var asked = context.Request.Headers["Prefer"];
        for (var i = 0; i < asked.Count; i++)
        {
            foreach (var part in asked[i].AsSpan().Split(','))
            {
                if (asked[i].AsSpan(part.Start.Value, part.End.Value - part.Start.Value).Trim().Equals(Preference, StringComparison.OrdinalIgnoreCase))
                {
                    context.Response.Headers["Preference-Applied"] = Preference;
                    return true;
                }
            }
        }

        return false;
    }
}
