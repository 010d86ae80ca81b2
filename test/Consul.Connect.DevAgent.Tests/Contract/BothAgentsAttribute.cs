using System.Reflection;
using Xunit.Sdk;

namespace ConsulConnect.DevAgent.Tests.Contract;

/// <summary>Runs a contract test against either agent: <c>[SkippableTheory, BothAgents]</c>, with the kind as its parameter and further arguments after it.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class BothAgentsAttribute(params object?[] arguments) : DataAttribute
{
    public override IEnumerable<object?[]> GetData(MethodInfo testMethod) => [[AgentKind.DevAgent, .. arguments], [AgentKind.RealConsul, .. arguments]];
}
