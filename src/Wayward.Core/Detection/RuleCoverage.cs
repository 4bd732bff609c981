using Wayward.Core.Contacts;
using Wayward.Core.Triage;

namespace Wayward.Core.Detection;

/// <summary>Which rule made a finding vanish, by the same facts that the evaluation asks rules about.</summary>
internal sealed class RuleCoverage(DetectionEngine engine, DetectionIndex index)
{
    /// <summary>
    /// The rule that covers the finding's first contact, when every address of every member is covered; null when something of it is not, so a rule cannot be why it vanished.
    /// </summary>
    public ExpectedTarget? Covering(Finding finding)
    {
        ExpectedTarget? first = null;
        foreach (var address in finding.Addresses.OrderBy(a => a.FirstContact).ThenBy(a => a.Address))
        {
            var endpoint = new Endpoint(address.Address, address.Protocol, address.Port);
            var transport = engine.Catalog.Classify(endpoint.Address, endpoint.Protocol, endpoint.Port) ?? finding.Transport;
            var entry = TargetNames.Entry(engine.Catalog, endpoint, transport);
            int hour = UnixTime.Hour(address.FirstContact);
            foreach (var member in finding.Members)
            {
                if (!index.Instances.TryGetValue(member, out var summary)) return null;
                var rule = engine.Matcher.Decide(summary.ContactFacts(endpoint, transport, entry, hour, engine.Options.Patterns));
                if (rule is not { Action: ExpectedAction.Expected }) return null;
                first ??= rule;
            }
        }
        return first;
    }
}
