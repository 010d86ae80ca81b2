namespace ConsulConnect.DevAgent.Tests.Contract;

/// <summary>Where versions of Consul differ, a test names what it is.</summary>
public enum Feature
{
    /// <summary>Permissions in intentions, config entries of kind service-intentions, and <c>/v1/connect/intentions/exact</c>: from 1.9.</summary>
    L7,

    /// <summary><c>X-Consul-Index</c> on match: from 1.9.</summary>
    MatchIndex,

    /// <summary><c>X-Consul-Default-Acl-Policy</c>: from 1.9.</summary>
    DefaultPolicyHeader,

    /// <summary>A refusal names token, permission and resource; errors of decoding have no prefix "Bad request: "; unknown ids are 404: by 1.21.</summary>
    CurrentTexts,

    /// <summary>A leaf without common name: from 1.11.</summary>
    EmptySubject,

    /// <summary><c>default_intention_policy</c>: from 1.18.</summary>
    DefaultIntentionPolicy,

    /// <summary>A leaf whose time has come is renewed on a plain GET too: from 1.11.</summary>
    LeafRevalidation,
}
