using System.Text.Json;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Tests.Detection;

/// <summary>Ids are stored and are part of findings' identities; names are in JSON that others read.</summary>
public sealed class FindingTypeTests
{
    [Fact]
    public void Ids_and_names_are_those_that_are_stored()
    {
        string[] known =
        [
            "1 UnusualDNSResolver", "2 UnusualDoHActivity", "3 UnusualDoTActivity", "4 UnusualDoQActivity", "5 UnusualDNSCryptActivity", "6 DNSTunnel", "7 EncryptedDNSTunnel", "8 ResolverFanOut",
            "9 ResolverRotation", "10 EvasionAfterBlock", "11 BecameResolver", "12 FleetSwitch", "13 AskedAuthoritativeServers",
        ];
        Assert.Superset(known.ToHashSet(), FindingTypes.All.Select(t => $"{t.Id} {t.Name["DefenseEvasion:EC2/".Length..]}").ToHashSet());
        Assert.Equal(FindingTypes.All.Count, FindingTypes.All.Select(t => t.Id).Distinct().Count());
        Assert.Equal(FindingTypes.All.Count, FindingTypes.All.Select(t => t.Name).Distinct().Count());
    }

    [Fact]
    public void Every_transport_has_one_first_contact_type() =>
        Assert.All(Enum.GetValues<DnsTransport>(), transport => Assert.True(FindingTypes.Of(transport).IsFirstContact));

    [Fact]
    public void A_type_is_stored_as_its_id()
    {
        Assert.All(FindingTypes.All, type =>
        {
            string json = JsonSerializer.Serialize(type);
            Assert.Equal(type.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), json);
            Assert.Same(type, JsonSerializer.Deserialize<FindingType>(json));
        });
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<FindingType>("200"));
    }
}
