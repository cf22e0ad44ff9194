namespace Pos.LocalEngine;

/// <summary>A call of a method that returns Task or ValueTask.</summary>
internal abstract class VoidCall : GrainCall
{
    private TaskCompletionSource _source = new();

    internal override Task Answer => _source.Task;

    internal override object? ResultOf(Task outcome) => null;

    protected override void Keep(Task outcome)
    {
    }

    protected override void Complete(Exception? failure)
    {
        switch (failure)
        {
            case null:
                _source.TrySetResult();
                break;
            case OperationCanceledException cancelled:
                _source.TrySetCanceled(cancelled.CancellationToken);
                break;
            default:
                _source.TrySetException(failure);
                break;
        }
    }

    protected override void Renew()
    {
        base.Renew();
        _source = new TaskCompletionSource();
    }
}

/// <summary>A call of a method that returns Task or ValueTask of a result.</summary>
internal abstract class ResultCall<TResult> : GrainCall
{
    private TaskCompletionSource<TResult> _source = new();
    private TResult _result = default!;

    internal override Task Answer => _source.Task;

    internal Task<TResult> TypedAnswer => _source.Task;

    internal override object? ResultOf(Task outcome) => ((Task<TResult>)outcome).Result;

    protected override void Keep(Task outcome) =>
        _result = outcome is Task<TResult> typed ? typed.Result : (TResult)((Task<object?>)outcome).Result!;

    protected override void Complete(Exception? failure)
    {
        switch (failure)
        {
            case null:
                _source.TrySetResult(_result);
                break;
            case OperationCanceledException cancelled:
                _source.TrySetCanceled(cancelled.CancellationToken);
                break;
            default:
                _source.TrySetException(failure);
                break;
        }
    }

    protected override void Renew()
    {
        base.Renew();
        _source = new TaskCompletionSource<TResult>();
    }
}
