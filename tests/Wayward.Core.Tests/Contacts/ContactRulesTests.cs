using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Core.Tests.Contacts;

/// <summary>Section 2 of the rules, record by record: what is a contact and what is not.</summary>
public sealed class ContactRulesTests
{
    private static readonly FlowLine Query = new()
    {
        Instance = "i-0000000000000001", Source = "10.0.0.10", Destination = "203.119.1.1", SourcePort = 40_000, DestinationPort = 53, Protocol = 17, Start = World.Beginning, End = World.Beginning + 10,
        Direction = FlowDirection.Egress, TcpFlags = 0,
    };

    private static readonly FlowLine Syn = Query with { Protocol = 6, TcpFlags = 3, Packets = 5, Bytes = 400 };

    private static ContactBatch Fold(params FlowLine[] lines) => World.Batches([lines], TestCatalog.Default, Core.Detection.DetectionOptions.Default).Single();

    private static ContactHour? Cell(params FlowLine[] lines) => Fold(lines).Instances.Values.SelectMany(i => i.Cells.Values).SingleOrDefault();

    private static bool IsContact(params FlowLine[] lines) => Destinations(lines) > 0;

    private static int Destinations(params FlowLine[] lines)
    {
        var ledger = new ContactLedger();
        ledger.Add(Fold(lines));
        // Episodes are what counts: an unproven run is none.
        var summary = Core.Detection.InstanceSummary.Of(ledger.Instances.Values.Single(), TestCatalog.Default, new Core.Triage.ExpectedMatcher([]),
            new Core.Detection.Parameters(Core.Detection.DetectionOptions.Default, Core.Detection.Boundaries.Exact));
        return summary.Destinations.Length;
    }

    [Fact] public void An_egress_query_to_a_public_server_is_a_contact() => Assert.True(IsContact(Query));
    [Fact] public void Ingress_only_udp_is_never_a_contact() => Assert.False(IsContact(Query.Reply()));
    [Fact] public void A_private_remote_is_no_contact() => Assert.False(IsContact(Query with { Destination = "10.0.0.2" }));
    [Fact] public void A_remote_in_documentation_space_is_no_contact() => Assert.False(IsContact(Query with { Destination = "198.51.100.7" }));

    [Theory]
    [InlineData(53, 53)]
    [InlineData(853, 53)]
    [InlineData(443, 443)]
    [InlineData(123, 53)]
    public void A_servers_local_port_alone_hides_no_contact(int local, int remote) =>
        Assert.True(IsContact(Query with { Destination = "8.8.8.8", SourcePort = local, DestinationPort = remote }));

    [Fact] public void Where_the_far_end_spoke_first_it_is_no_contact()
    {
        var answer = Query with { SourcePort = 53, Start = Query.Start + 1 };
        Assert.False(IsContact((answer with { Start = Query.Start }).Reply(), answer));
        Assert.True(IsContact((answer with { Start = Query.Start + 1 }).Reply(), answer));
        Assert.True(IsContact((answer with { Start = Query.Start }).Reply(rejected: true), answer));
    }

    [Fact] public void What_the_far_end_began_stays_its_own_until_we_speak_strictly_first()
    {
        var answer = Query with { SourcePort = 53, Start = Query.Start + 1 };
        FlowLine[] began = [(answer with { Start = Query.Start }).Reply(), answer];
        Assert.False(IsContact([.. began, Later(answer, 3_600).Reply(), Later(answer, 3_600)]));
        Assert.True(IsContact([.. began, Later(answer, 3_600)]));
    }

    [Fact] public void Our_own_syn_settles_who_spoke_first() =>
        Assert.True(IsContact((Syn with { Start = Syn.Start - 1, TcpFlags = 0 }).Reply(), Syn with { SourcePort = 853, TcpFlags = 2 }));

    [Fact] public void An_answer_to_a_probe_from_port_53_is_no_contact_of_a_service_with_other_clients()
    {
        var answer = Query with { SourcePort = 123 };
        var client = (Query with { Destination = "198.51.101.9", SourcePort = 123, DestinationPort = 33_000 }).Reply();
        Assert.False(IsContact(answer.Reply(), answer, client));
        Assert.True(IsContact(answer.Reply(), answer, Later(client, 3_600)));
        Assert.True(IsContact(answer.Reply(), answer, client with { Rejected = true }));
        Assert.True(IsContact(answer.Reply(), answer, client with { Source = answer.Destination }));
    }

    [Fact] public void From_port_53_a_server_of_dns_answers_when_it_answers_clients()
    {
        var answer = Query with { SourcePort = 53 };
        var served = Query with { Destination = "198.51.101.9", SourcePort = 53, DestinationPort = 33_000 };
        Assert.False(IsContact(answer, served.Reply(), served));
        // Knocks alone make no server.
        Assert.True(IsContact(answer, served.Reply()));
        // What a forwarding instance passes on is no answer of its own.
        Assert.True(IsContact(answer, served.Reply(), served with { PacketSource = "10.0.7.7", PacketDestination = "198.51.101.9" }));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(7)]
    public void A_path_that_cannot_lead_to_the_internet_is_no_contact(int path) => Assert.False(IsContact(Query with { TrafficPath = path }));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(8)]
    public void Any_other_path_may_lead_to_the_internet(int path) => Assert.True(IsContact(Query with { TrafficPath = path }));

    [Fact] public void An_ipv6_server_in_the_instances_own_64_is_no_contact()
    {
        var query = Query with { Source = "2600:1f18:aaaa:100::1", Destination = "2600:1f18:aaaa:100::53" };
        Assert.False(IsContact(query));
        Assert.True(IsContact(query with { Destination = "2600:1f18:aaaa:101::53" }));
    }

    [Fact] public void Nat64_tells_the_side_without_a_direction()
    {
        var query = Query with { Source = "2600:1f18::1", Destination = "64:ff9b::808:808", Direction = FlowDirection.Unknown };
        Assert.True(IsContact(query));
        Assert.False(IsContact(query with { Source = "64:ff9b::808:808", Destination = "2600:1f18::1", SourcePort = 53, DestinationPort = 40_000 }));
        Assert.Equal("8.8.8.8", Fold(query).Instances.Values.Single().Cells.Keys.Single().Endpoint.Address.ToString());
    }

    private static FlowLine Later(FlowLine line, long seconds) => line with { Start = line.Start + seconds, End = line.End + seconds };

    [Fact] public void Both_ports_53_leave_a_mark_in_the_cell() => Assert.Equal(ContactFlags.BothPortsService, Cell(Query with { SourcePort = 53 })!.Flags & ContactFlags.BothPortsService);
    [Fact] public void A_query_over_tcp_is_the_same_kind() => Assert.True(IsContact(Syn));
    [Fact] public void A_syn_and_ack_of_ours_is_an_answer_to_a_probe() => Assert.Null(Cell(Syn with { TcpFlags = 18 }));
    [Fact] public void A_syn_ack_and_fin_of_ours_is_an_answer_to_a_probe() => Assert.Null(Cell(Syn with { TcpFlags = 19 }));
    [Fact] public void A_bare_reset_is_an_answer_to_a_probe() => Assert.False(IsContact(Syn with { TcpFlags = 4, Packets = 3, Bytes = 120 }));
    [Fact] public void A_reset_at_the_end_of_a_connection_with_payload_is_a_contact() => Assert.True(IsContact(Syn with { TcpFlags = 4, Packets = 60, Bytes = 9_000 }));
    [Fact] public void A_record_with_payload_keeps_its_volume_when_it_ends_with_a_reset() => Assert.Equal(9_000, Cell(Syn with { TcpFlags = 4, Packets = 60, Bytes = 9_000 })!.OutAccepted.Bytes);
    [Fact] public void A_bare_reset_has_60_bytes_on_ipv6() =>
        Assert.Equal([false, true], new[] { 60, 61 }.Select(bytes => IsContact(Syn with { Source = "2600:1f18::1", Destination = "2001:4860:4860::8888", TcpFlags = 4, Packets = 1, Bytes = bytes })));

    [Theory]
    [InlineData(53)]
    [InlineData(853)]
    public void Our_own_syn_is_a_contact_from_any_local_port(int local)
    {
        Assert.True(IsContact(Syn with { SourcePort = local, TcpFlags = 2 }));
        Assert.True(IsContact(Syn with { SourcePort = local, TcpFlags = 3, DestinationPort = 853 }));
        Assert.False(IsContact(Syn with { SourcePort = local, TcpFlags = 18 }));
    }

    [Fact] public void A_reset_after_our_own_syn_is_a_contact() => Assert.True(IsContact(Syn with { TcpFlags = 6 }));
    [Fact] public void A_reset_with_fin_closes_a_connection_of_ours() => Assert.True(IsContact(Syn with { TcpFlags = 5 }));
    [Fact] public void The_middle_of_a_connection_is_a_contact() => Assert.True(IsContact(Syn with { TcpFlags = 0 }));
    [Fact] public void An_ingress_syn_and_ack_from_the_service_port_proves_that_we_opened_it() => Assert.True(IsContact(Syn.Reply()));
    [Fact] public void A_syn_and_ack_that_we_reset_proves_nothing() => Assert.False(IsContact(Syn.Reply(), Syn with { TcpFlags = 4, Packets = 1, Bytes = 40 }));

    [Fact] public void A_syn_and_ack_stands_in_only_for_an_hour_without_egress_records()
    {
        var other = Query with { Destination = "203.119.1.2" };
        Assert.Equal(1, Destinations(Syn.Reply(), other));
        Assert.Equal(2, Destinations(Syn.Reply(), Later(other, 3_600)));
    }

    [Fact] public void A_rejected_syn_and_ack_proves_nothing() => Assert.False(IsContact(Syn.Reply(rejected: true)));
    [Fact] public void An_ingress_syn_from_a_service_port_is_a_probe() => Assert.False(IsContact(Syn.Reply() with { TcpFlags = 2 }));
    [Fact] public void A_syn_and_ack_to_our_port_53_proves_nothing() => Assert.False(IsContact(Syn.Reply() with { DestinationPort = 53 }));
    [Fact] public void A_probe_of_our_port_53_is_no_contact() => Assert.False(IsContact(Query.Reply() with { SourcePort = 40_000, DestinationPort = 53 }, Query with { SourcePort = 53, DestinationPort = 40_000 }));

    [Theory]
    [InlineData(LineFormat.V2)]
    [InlineData(LineFormat.V5)]
    public void A_web_servers_answer_to_a_client_on_port_853_is_no_contact_where_the_client_spoke_first(LineFormat format)
    {
        var answer = (Syn with { SourcePort = 443, DestinationPort = 853, TcpFlags = 0 }).In(format);
        Assert.False(IsContact(answer.Reply(), Later(answer, 1)));
        // A low port alone proves nothing: whoever is root can bind it.
        Assert.True(IsContact(answer));
    }

    [Fact] public void A_low_local_port_does_not_hide_a_connection_that_we_opened() => Assert.True(IsContact(Syn with { SourcePort = 80, TcpFlags = 2 }));
    [Fact] public void A_low_local_port_does_not_hide_a_udp_query() => Assert.True(IsContact(Query with { SourcePort = 123 }));

    [Fact] public void Without_flags_a_lone_bare_segment_to_port_53_may_be_a_reset_and_is_no_contact() =>
        Assert.False(IsContact((Syn with { Packets = 1, Bytes = 40 }).In(LineFormat.V2)));

    [Fact] public void Without_flags_a_segment_with_options_is_a_contact() => Assert.True(IsContact((Syn with { Packets = 1, Bytes = 60 }).In(LineFormat.V2)));

    [Theory]
    [InlineData(3, 120)]
    [InlineData(1, 40)]
    public void Without_flags_bare_segments_may_be_resets_however_many(long packets, long bytes) =>
        Assert.False(IsContact((Syn with { Packets = packets, Bytes = bytes }).In(LineFormat.V2)));

    /// <summary>A port of ours was probed from port 53 or 853, answered SYN+ACK, and was reset: one segment out, two in. A SYN of ours gets one segment back at most, or is answered by one of ours.</summary>
    [Theory]
    [InlineData(1, 44, 2, 80, false)]
    [InlineData(1, 60, 2, 100, false)]
    [InlineData(3, 180, 4, 220, false)]
    [InlineData(1, 60, 1, 40, true)]
    [InlineData(6, 360, 0, 0, true)]
    [InlineData(4, 216, 3, 164, true)]
    [InlineData(9, 1_200, 12, 5_400, true)]
    [InlineData(1, 60, 12, 5_400, true)]
    public void Without_flags_an_answer_to_a_half_open_probe_is_no_contact(long outPackets, long outBytes, long inPackets, long inBytes, bool contact)
    {
        var sent = (Syn with { SourcePort = 8080, Packets = outPackets, Bytes = outBytes }).In(LineFormat.V2);
        var received = (sent.Reply() with { Packets = inPackets, Bytes = inBytes }).In(LineFormat.V2);
        Assert.Equal(contact, IsContact(inPackets == 0 ? [sent] : [sent, received]));
    }

    [Fact] public void With_flags_a_small_exchange_that_we_opened_is_a_contact() =>
        Assert.True(IsContact(Syn with { SourcePort = 8080, TcpFlags = 2, Packets = 1, Bytes = 60 }, (Syn with { SourcePort = 8080 }).Reply() with { TcpFlags = 4, Packets = 2, Bytes = 80 }));

    [Fact] public void A_bare_segment_counts_in_a_run_that_is_proven_elsewhere() =>
        Assert.True(IsContact((Syn with { Packets = 1, Bytes = 40 }).In(LineFormat.V2), (Syn with { Start = Syn.Start + 7_200, End = Syn.End + 7_200 }).In(LineFormat.V2)));

    [Fact] public void A_wandering_source_port_does_not_make_dns_of_web_traffic() =>
        Assert.False(IsContact([.. new[] { 53, 853, 784, 8853 }.Select(port => Syn with { SourcePort = port, DestinationPort = 443, Destination = "151.101.1.1" })]));

    [Fact] public void A_wandering_source_port_keeps_a_catalogued_target() => Assert.True(IsContact(Syn with { SourcePort = 8853, DestinationPort = 443, Destination = "8.8.8.8" }));

    [Fact]
    public void A_lone_packet_from_port_53_is_no_contact() =>
        Assert.False(IsContact((Query with { Destination = "89.255.95.130", Protocol = 6, Packets = 1, Bytes = 40, DestinationPort = 53, SourcePort = 21_078 }).Reply().In(LineFormat.V2)));

    [Fact] public void Port_443_is_a_contact_at_a_catalogue_endpoint_only()
    {
        Assert.True(IsContact(Syn with { DestinationPort = 443, Destination = "8.8.8.8" }));
        Assert.False(IsContact(Syn with { DestinationPort = 443, Destination = "8.8.9.9" }));
        Assert.False(IsContact(Syn with { DestinationPort = 443, Destination = "104.21.3.4" }));
        Assert.False(IsContact(Query with { DestinationPort = 443, Destination = "104.16.248.249" }));
    }

    [Fact] public void Port_8853_is_kept_but_counts_with_an_entry_only()
    {
        Assert.NotNull(Cell(Query with { DestinationPort = 8853 }));
        Assert.False(IsContact(Query with { DestinationPort = 8853 }));
        Assert.Equal(0, Fold(Query with { DestinationPort = 8853 }).ContactRecords);
    }

    [Fact] public void The_side_comes_from_the_direction_even_between_public_addresses()
    {
        Assert.True(IsContact(Query with { Source = "2600:1f18::1", Destination = "2001:4860:4860::8888" }));
        Assert.False(IsContact(Query with { Source = "2001:4860:4860::8888", Destination = "2600:1f18::1", Direction = FlowDirection.Ingress }));
    }

    [Fact] public void Without_direction_two_public_addresses_leave_the_side_unresolved_and_counted()
    {
        var batch = Fold(Query with { Source = "2600:1f18::1", Destination = "2001:4860:4860::8888", Direction = FlowDirection.Unknown });
        Assert.Equal(1, batch.Skipped[SkipReason.UnresolvedSide]);
        Assert.Empty(batch.Instances.Values.Single().Cells);
    }

    [Fact] public void Without_direction_exactly_one_private_address_tells_the_side()
    {
        var cell = Cell(Query with { Direction = FlowDirection.Unknown });
        Assert.True(cell!.HasContact);
        Assert.NotEqual(ContactFlags.None, cell.Flags & ContactFlags.SideFromAddresses);
    }

    [Fact] public void Behind_a_middle_box_the_remote_is_the_packet_level_address()
    {
        var batch = Fold(Query with { Destination = "10.0.0.99", PacketDestination = "8.8.8.8" });
        Assert.Equal("8.8.8.8", batch.Instances.Values.Single().Cells.Keys.Single().Endpoint.Address.ToString());
    }

    [Fact] public void The_side_is_told_by_the_interface_level_addresses()
    {
        // A NAT instance's private side: both interface-level addresses are private, the packet-level destination is not.
        var batch = Fold(Query with { Source = "10.0.1.5", Destination = "10.0.0.9", PacketSource = "10.0.1.5", PacketDestination = "8.8.8.8", Direction = FlowDirection.Unknown });
        Assert.Equal(1, batch.Skipped[SkipReason.UnresolvedSide]);
        Assert.Empty(batch.Instances.Values.Single().Cells);
    }

    [Fact] public void A_pods_address_is_kept_as_an_inner_source() =>
        Assert.Equal("10.0.7.7", Cell(Query with { PacketSource = "10.0.7.7", PacketDestination = "203.119.1.1" })!.InnerSources.Single().ToString());

    [Fact] public void Nat64_folds_onto_the_same_pair()
    {
        var batch = Fold(Query with { Destination = "8.8.8.8" }, Query with { Source = "2600:1f18::1", Destination = "64:ff9b::808:808" });
        var cell = Assert.Single(batch.Instances.Values.Single().Cells);
        Assert.Equal("8.8.8.8", cell.Key.Endpoint.Address.ToString());
        Assert.Equal(2, cell.Value.OutAccepted.Records);
        Assert.NotEqual(ContactFlags.None, cell.Value.Flags & ContactFlags.Nat64);
    }

    [Fact] public void A_service_interface_is_skipped_and_counted()
    {
        var batch = Fold(Query with { Instance = null });
        Assert.Equal(1, batch.Skipped[SkipReason.ServiceEni]);
        Assert.Empty(batch.Instances);
    }

    [Fact] public void Without_an_instance_column_the_interface_is_the_subject() => Assert.Equal("eni-0000000000000001", Fold(Query.In(LineFormat.V2)).Instances.Keys.Single().Id);
    [Fact] public void A_record_of_nobody_is_counted() => Assert.Equal(1, Fold(Query with { Instance = null, HasInstanceColumn = false, Interface = null }).Skipped[SkipReason.NoSubject]);
    [Fact] public void Port_53_under_another_protocol_is_counted() => Assert.Equal(1, Fold(Query with { Protocol = 132 }).Skipped[SkipReason.NotTcpUdp]);

    [Fact] public void Nodata_extends_observation_and_skipdata_lowers_coverage()
    {
        var batch = Fold(Query with { Status = LogStatus.NoData }, Query with { Status = LogStatus.SkipData, Start = Query.Start + 3_600, End = Query.End + 3_660 });
        var day = batch.Instances.Values.Single().Coverage.Values.Single();
        Assert.Equal((1u, 2u), (day.Hours, day.SkipHours));
        Assert.Equal((Query.Start, Query.End + 3_660), (day.FirstStart, day.LastEnd));
        Assert.Equal((1, 1), (batch.Skipped[SkipReason.NoData], batch.Skipped[SkipReason.SkipData]));
    }

    [Fact] public void The_earliest_three_records_are_kept_as_evidence_in_any_order()
    {
        var lines = Enumerable.Range(0, 6).Select(i => Query with { Start = Query.Start + i, SourcePort = 41_000 + i }).ToArray();
        Random.Shared.Shuffle(lines);
        var kept = Fold(lines).Instances.Values.Single().Evidence.Values.Single();
        Assert.Equal([Query.Start, Query.Start + 1, Query.Start + 2], kept.Select(l => l.Start));
        Assert.Contains(" 41000 53 17 ", kept[0].Text, StringComparison.Ordinal);
    }

    [Fact] public void Tags_are_decoded() => Assert.Contains(Fold(Query with { Asg = "web asg/ö" }).Instances.Values.Single().Facts.Values, f => f is { Attribute: InstanceAttribute.Asg, Value: "web asg/ö" });

    [Fact] public void A_folder_can_be_used_again_and_keeps_nothing()
    {
        var batches = World.Batches([[Query], [Query with { Instance = "i-2" }]], TestCatalog.Default, Core.Detection.DetectionOptions.Default).ToList();
        Assert.Equal(["i-0000000000000001"], batches[0].Instances.Keys.Select(k => k.Id));
        Assert.Equal(["i-2"], batches[1].Instances.Keys.Select(k => k.Id));
    }
}
