namespace Pos;

/// <summary>An id that is written as text. It says itself which texts it takes; messages and the API's document repeat that.</summary>
public interface ITextId<TSelf> : IParsable<TSelf> where TSelf : ITextId<TSelf>
{
    /// <summary>The texts that it takes, as a sentence for people that has no point at its end.</summary>
    static abstract string Rule { get; }

    /// <summary>The same as a regular expression (ECMA-262), for the API's document. It matches every text that is taken, and may match more.</summary>
    static abstract string Pattern { get; }

    /// <summary>A text that it takes.</summary>
    static abstract string Sample { get; }
}
