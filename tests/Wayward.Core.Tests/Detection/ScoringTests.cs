using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Core.Tests.Detection;

/// <summary>Section 9 of the rules: each factor where it belongs, and sums that anyone can add up again.</summary>
public sealed class ScoringTests
{
    private static WorldInstance Web(World world, string name = "web-1") => world.Instance(name).InAsg("web").Asks("9.9.9.9").Daily();

    private static Finding Evaluate(World world, string name = "web-1") =>
        Assert.Single(world.Evaluate().Findings, f => f.Subject.Id == World.Id(name));

    private static int? Points(Finding finding, string code) => finding.SeverityFactors.Concat(finding.ConfidenceFactors).SingleOrDefault(s => s.Code == code)?.Points;

    [Fact]
    public void Sums_add_up_and_every_sign_has_evidence()
    {
        var world = new World();
        Web(world).Asks("203.119.1.1").Daily(40).Asks("8.8.8.8", DnsTransport.DoH).Daily(42);
        foreach (var finding in world.Evaluate().Findings)
        {
            Assert.Equal(finding.Severity, finding.SeverityFactors.Sum(s => s.Points));
            Assert.Equal(finding.Confidence, finding.ConfidenceFactors.Sum(s => s.Points));
            Assert.Equal("start", finding.SeverityFactors[0].Code);
            Assert.Equal("start", finding.ConfidenceFactors[0].Code);
            Assert.All(finding.SeverityFactors.Concat(finding.ConfidenceFactors), s => Assert.EndsWith(".", s.Evidence, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_first_user_in_the_account_weighs_more()
    {
        var world = new World();
        Web(world).Asks("8.8.8.8").On(40);
        Assert.Equal(10, Points(Evaluate(world), "first-in-account"));
        world.Instance("other").Asks("8.8.8.8").On(20);
        Assert.Null(Points(Evaluate(world), "first-in-account"));
        world = new World();
        Web(world).Asks("8.8.8.8").On(40);
        world.Instance("foreign").InAccount("999").Asks("8.8.8.8").On(20);
        Assert.Equal(10, Points(Evaluate(world), "first-in-account"));
    }

    [Fact]
    public void An_uncatalogued_server_weighs_more_when_it_answers()
    {
        var world = new World();
        Web(world).Asks("203.119.1.1").On(40);
        Assert.Equal(10, Points(Evaluate(world), "uncatalogued-answered"));
        world = new World();
        Web(world).Asks("203.119.1.1").Unanswered().On(40);
        Assert.Null(Points(Evaluate(world), "uncatalogued-answered"));
        Assert.Equal(-10, Points(Evaluate(world), "unanswered"));
    }

    [Fact]
    public void Blocked_and_answer_blocked_are_told_apart()
    {
        var world = new World();
        Web(world).Asks("8.8.8.8").Blocked().On(40);
        Assert.Equal((ContactOutcome.Blocked, -20), (Evaluate(world).Outcome, Points(Evaluate(world), "blocked")));
        world = new World();
        Web(world).Asks("8.8.8.8").AnswerBlocked().On(40);
        Assert.Equal(ContactOutcome.AnswerBlocked, Evaluate(world).Outcome);
    }

    [Fact]
    public void An_answer_counts_up_to_a_minute_after_the_episode()
    {
        World With(long after)
        {
            var world = new World();
            var line = Web(world).Line(40.5, "8.8.8.8", 53);
            return world.Add(line, line.Reply() with { Start = line.End + after, End = line.End + after });
        }
        Assert.Equal(ContactOutcome.Answered, Evaluate(With(60)).Outcome);
        Assert.Equal(ContactOutcome.Unanswered, Evaluate(With(61)).Outcome);
    }

    [Fact]
    public void Two_instances_within_L_are_spreading()
    {
        var world = new World();
        Web(world).Asks("8.8.8.8").On(40);
        Assert.Null(Points(Evaluate(world), "spreading"));
        Web(world, "web-2").Asks("8.8.8.8").On(46.9);
        Assert.Equal(5, Points(Evaluate(world), "spreading"));
        world = new World();
        Web(world).Asks("8.8.8.8").On(40);
        Web(world, "web-2").Asks("8.8.8.8").On(47.1);
        Assert.Null(Points(Evaluate(world), "spreading"));
    }

    [Fact]
    public void The_first_encrypted_dns_of_an_instance_weighs_more()
    {
        var world = new World();
        Web(world).Asks("1.1.1.1", DnsTransport.DoT).On(40);
        Assert.Equal(5, Points(Evaluate(world), "first-encrypted"));
        world.Instance("web-1").Asks("9.9.9.9", DnsTransport.DoH).Daily(1);
        Assert.Null(Points(Evaluate(world), "first-encrypted"));
    }

    [Fact]
    public void A_resolver_that_falls_silent_weighs_more_once_a_day_has_passed()
    {
        var world = new World();
        world.Instance("web-1").Asks("9.9.9.9").Daily(0.1, 40).Asks("8.8.8.8").Daily(40);
        var finding = Evaluate(world);
        Assert.Equal(5, Points(finding, "resolver-silent"));
        Assert.Contains("Quad9 (9.9.9.9)", Assert.Single(finding.Novelty.Nearby), StringComparison.Ordinal);
        world = new World(40.9);
        world.Instance("web-1").Asks("9.9.9.9").Daily(0.1, 40).Asks("8.8.8.8").Daily(40);
        Assert.Null(Points(Evaluate(world), "resolver-silent"));
        world = new World();
        Web(world).Asks("8.8.8.8").Daily(40);
        Assert.Null(Points(Evaluate(world), "resolver-silent"));
    }

    [Fact]
    public void Regular_recontact_to_an_unknown_target_weighs_more()
    {
        var world = new World();
        Web(world).Asks("203.119.1.1").Every(0.25, 40, 43);
        Assert.Equal(5, Points(Evaluate(world), "regular-recontact"));
        world = new World();
        Web(world).Asks("203.119.1.1").On([.. Enumerable.Range(0, 12).Select(i => 40 + i * i * 0.1)]);
        Assert.Null(Points(Evaluate(world), "regular-recontact"));
        world = new World();
        Web(world).Asks("8.8.8.8").Every(0.25, 40, 43);
        Assert.Null(Points(Evaluate(world), "regular-recontact"));
    }

    [Fact]
    public void A_known_provider_makes_it_low()
    {
        var world = new World();
        world.Instance("web-1").Asks("8.8.8.8").Daily().Asks("8.8.4.4").On(40);
        var finding = Evaluate(world);
        Assert.Equal(-25, Points(finding, "provider-known"));
        Assert.Equal(SeverityBand.Low, SeverityBands.Of(finding.Severity));
        Assert.False(finding.Reported);
    }

    [Fact]
    public void A_provider_is_known_only_by_the_same_class_of_transport_and_for_more_than_a_day()
    {
        var world = new World();
        world.Instance("web-1").Asks("8.8.8.8").Daily().Asks("8.8.8.8", DnsTransport.DoH).On(40);
        var finding = Evaluate(world);
        Assert.Null(Points(finding, "provider-known"));
        Assert.True(finding.Reported);

        world = new World();
        Web(world).Asks("8.8.8.8", DnsTransport.DoT).Daily(1).Asks("8.8.8.8", DnsTransport.DoH).On(40);
        Assert.Equal(-25, Points(Evaluate(world), "provider-known"));
        world = new World();
        Web(world).Asks("8.8.8.8", DnsTransport.DoT).On(39.5).Asks("8.8.8.8", DnsTransport.DoH).On(40);
        Assert.All(world.Evaluate().Findings, f => Assert.Null(Points(f, "provider-known")));
    }

    [Theory]
    [InlineData(DnsTransport.DoT)]
    [InlineData(DnsTransport.DoQ)]
    [InlineData(DnsTransport.DoH)]
    [InlineData(DnsTransport.DoH3)]
    public void Every_encrypted_transport_can_be_a_tunnel_and_the_option_says_from_how_many_bytes(DnsTransport transport)
    {
        World With(long sent, long option)
        {
            var world = new World { Options = DetectionOptions.Default with { Patterns = new PatternOptions { EncryptedTunnelBytes = option } } };
            world.Instance("web-1").Asks("94.140.14.14", transport).Daily().Asks("94.140.14.14", transport).Sending(1_000, sent, 50_000).On(40);
            return world;
        }
        Assert.Single(With(200_000, 100_000).Evaluate().Findings, f => f.Type == EncryptedDnsTunnel.Type);
        Assert.Empty(With(200_000, 5 << 20).Evaluate().Findings);
        Assert.Single(With(6 << 20, 5 << 20).Evaluate().Findings, f => f.Type == EncryptedDnsTunnel.Type);
    }

    [Fact]
    public void What_the_cohort_uses_since_long_weighs_less()
    {
        var world = new World();
        Web(world).Asks("8.8.8.8").On(40);
        for (int i = 0; i < 2; i++) Web(world, $"peer-{i}").Asks("8.8.8.8").Daily();
        Assert.Equal(-15, Points(Evaluate(world), "established-in-cohort"));
    }

    [Fact]
    public void Five_established_users_weigh_less_unless_one_is_new()
    {
        var world = new World();
        Web(world).Asks("8.8.8.8").On(40);
        for (int i = 0; i < 5; i++) world.Instance($"other-{i}").Asks("8.8.8.8").Daily();
        Assert.Equal(-10, Points(Evaluate(world), "widely-established"));
        world.Instance("late").Asks("8.8.8.8").Daily(39);
        Assert.Null(Points(Evaluate(world), "widely-established"));
    }

    [Fact]
    public void Something_seen_before_weighs_less_and_says_when()
    {
        var world = new World(120);
        Web(world).Asks("8.8.8.8").On(2, 100);
        var finding = Evaluate(world);
        Assert.Equal(-15, Points(finding, "seen-before"));
        Assert.Equal(World.At(2), Assert.Single(finding.Novelty.Earlier).Start);
        Assert.Contains(finding.Novelty.Counterfactuals, c => c.Contains("98 days or longer", StringComparison.Ordinal));
    }

    [Fact]
    public void Rejected_dns_and_then_doh_is_evasion_but_not_the_other_way_round()
    {
        var world = new World();
        Web(world).Asks("8.8.8.8").Blocked().On(40).Asks("1.1.1.1", DnsTransport.DoH).On(40.02);
        var findings = world.Evaluate().Findings;
        // The new contact would be 8.9 by itself, so the finding is: it is told there, with the block as its first step.
        var evasion = Assert.Single(findings, f => f.Type == EvasionAfterBlock.Type);
        Assert.Equal((89, 14), (evasion.Severity, Points(evasion, "most-severe-member")));
        Assert.DoesNotContain(findings, f => f.Type == UnusualDohActivity.Type);
        world.Options = world.Options with { Stories = false };
        Assert.Equal(25, Points(Assert.Single(world.Evaluate().Findings, f => f.Type == UnusualDohActivity.Type), "evasion-after-block"));
        world = new World();
        Web(world).Asks("1.1.1.1", DnsTransport.DoT).Blocked().On(40).Asks("8.8.8.8").On(40.02);
        Assert.All(world.Evaluate().Findings, f => Assert.Null(Points(f, "evasion-after-block")));
    }

    [Fact]
    public void Severity_is_kept_within_its_bounds_by_a_sign_of_its_own()
    {
        var world = new World();
        world.Options = world.Options with { Scoring = new ScoringOptions { FirstInAccount = 80 } };
        Web(world).Asks("8.8.8.8").On(40);
        var finding = Evaluate(world);
        Assert.Equal(89, finding.Severity);
        Assert.Equal(-41, Points(finding, "clamp"));
    }

    [Theory]
    [InlineData(DnsTransport.Dns, "8.8.8.8", true, 92)]
    [InlineData(DnsTransport.Dns, "8.8.8.8", false, 75)]
    [InlineData(DnsTransport.DoT, "8.8.8.8", false, 95)]
    [InlineData(DnsTransport.DoT, "203.119.1.1", true, 78)]
    [InlineData(DnsTransport.DoT, "203.119.1.1", false, 50)]
    [InlineData(DnsTransport.DoQ, "8.8.8.8", true, 85)]
    [InlineData(DnsTransport.DoQ, "203.119.1.1", true, 65)]
    [InlineData(DnsTransport.DoQ, "203.119.1.1", false, 40)]
    [InlineData(DnsTransport.DoH, "8.8.8.8", true, 95)]
    [InlineData(DnsTransport.DoH, "104.16.248.249", true, 85)]
    [InlineData(DnsTransport.DoH, "185.95.218.42", true, 60)]
    [InlineData(DnsTransport.DoH3, "8.8.8.8", true, 90)]
    [InlineData(DnsTransport.DnsCrypt, "51.15.122.250", true, 80)]
    public void Confidence_starts_from_what_the_record_can_prove(DnsTransport transport, string address, bool answered, int expected)
    {
        var world = new World();
        var contact = Web(world).Asks(address, transport).Sending(2, 200, 200);
        if (!answered) contact.Unanswered();
        contact.On(46);
        Assert.Equal(expected, Evaluate(world).ConfidenceFactors[0].Points);
    }

    [Fact]
    public void Confidence_falls_and_rises_with_what_is_known()
    {
        var world = new World(120);
        Web(world).Asks("8.8.8.8").Unanswered().On(50).Asks("1.1.1.1", DnsTransport.DoT).On(60);
        var findings = world.Evaluate().Findings;
        Assert.Equal(-15, Points(findings[0], "one-packet"));
        Assert.Equal(3, Points(findings[1], "syn-sent"));
        Assert.All(findings, f => Assert.Null(Points(f, "thin-history")));

        world = new World(format: LineFormat.V2);
        world.Instance("web-1").Asks("8.8.8.8").On(10);
        var thin = Assert.Single(world.Evaluate().Findings);
        Assert.Equal((-5, -10), (Points(thin, "side-from-addresses"), Points(thin, "thin-history")));

        world = new World();
        var instance = Web(world);
        world.Add(instance.Line(40, "8.8.8.8", 53) with { Status = LogStatus.SkipData });
        instance.Asks("8.8.8.8").On(40);
        Assert.Equal(-10, Points(Evaluate(world), "skip-data"));
    }

    [Fact]
    public void A_personal_host_loses_ten_for_each_ninety_days_unconfirmed_before_the_catalogues_date()
    {
        Assert.Equal(0, Unconfirmed(days: 89, sources: 1));
        Assert.Equal(-20, Unconfirmed(days: 180, sources: 1));
        // On two lists it stays reportable, however old.
        Assert.Equal(-10, Unconfirmed(days: 900, sources: 2));
    }

    [Fact]
    public void A_catalogue_that_nobody_renews_silences_none_of_its_entries() => Assert.Equal(0, Unconfirmed(days: 0, sources: 1, age: 400));

    private static int Unconfirmed(int days, int sources, int age = 0)
    {
        var world = new World();
        long date = World.At(0) - age * 86_400L;
        var host = TestCatalog.Entry("Somebody's resolver", "185.95.218.42", 6, 443, DnsTransport.DoH, CatalogTier.PersonalHost) with
        {
            LastConfirmed = date - days * 86_400L,
            Source = sources == 1 ? "https://one.example/" : "https://one.example/ https://two.example/",
        };
        world.Catalog = new ResolverCatalog("dated", [.. TestCatalog.Default.Entries, host, host with { Provider = "Another", Prefix = IpPrefix.Parse("185.95.218.43"), LastConfirmed = date }]);
        Web(world).Asks("185.95.218.42", DnsTransport.DoH).On(40);
        return Points(Evaluate(world), "unconfirmed") ?? 0;
    }

    [Fact]
    public void A_cohort_finding_says_so_in_its_confidence()
    {
        var world = new World();
        for (int i = 0; i < 4; i++) Web(world, $"old-{i}");
        world.Instance("new").InAsg("web").Runs(39).Asks("8.8.8.8").On(40);
        Assert.Equal(-10, Points(Assert.Single(world.Evaluate().Findings), "cohort-basis"));
    }
}
