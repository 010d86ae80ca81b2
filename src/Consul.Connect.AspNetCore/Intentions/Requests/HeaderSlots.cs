using System.Runtime.CompilerServices;
using Microsoft.Extensions.Primitives;

namespace ConsulConnect.Intentions;

/// <summary>Header values that were looked up for one request; a rule that asks about more names looks the others up each time.</summary>
[InlineArray(Length)]
internal struct HeaderSlots
{
    public const int Length = 32;

    private StringValues _first;
}
