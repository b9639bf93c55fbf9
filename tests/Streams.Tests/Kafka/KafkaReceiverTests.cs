using System.Text;
using Confluent.Kafka;
using Switchboard.Events;
using Switchboard.Grains.DeadLetters;
using Switchboard.Testing.Postgres;

namespace Switchboard.Streams.Tests.Kafka;

/// <summary>Shares a broker and a database; every test has a topic and a flavor of its own.</summary>
public sealed class KafkaReceiverTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    private readonly string _flavor = $"flavor-{Guid.NewGuid():N}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_come_in_the_order_in_which_they_were_published_with_all_that_they_are()
    {
        await using var site = await StartAsync();
        var records = Records(250);
        await site.PublishAsync(records);

        var read = await site.Read().UntilAsync(250);

        read.Select(container => container.Record).ShouldBe(records);
        read.Select(container => container.Token.SequenceNumber).ShouldBe(Enumerable.Range(0, 250).Select(number => (long)number));
        read[0].StreamId.GetNamespace().ShouldBe(_flavor);
        read[0].StreamId.GetKeyAsString().ShouldBe(GrainKeys.Of(records[0].OrgId, records[0].StreamId));
        read[0].GetEvents<EventRecord>().ShouldHaveSingleItem().Item1.ShouldBe(records[0]);
    }

    [Fact]
    public async Task Types_and_schemas_that_nobody_here_knows_are_carried_like_any_other()
    {
        await using var site = await StartAsync();
        var record = Samples.Record(payload: """{"from":"the future"}""") with { Type = "nobody.knows", Schema = 99 };
        await site.PublishAsync(record);

        (await site.Read().UntilAsync(1))[0].Record.ShouldBe(record);
    }

    [Fact]
    public async Task Events_that_the_flavor_does_not_want_are_passed()
    {
        await using var site = await StartAsync();
        site.Stream.Wants = record => record.Version % 2 == 0;
        await site.PublishAsync(Records(9));
        var reader = site.Read();

        var read = await reader.UntilAsync(4);
        await reader.DeliveredAsync(read);

        read.Select(container => container.Record.Version).ShouldBe([2, 4, 6, 8]);
        await EventuallyAsync(async () =>
        {
            await reader.OnceAsync();
            return await site.PositionAsync() == 9;
        });
    }

    [Fact]
    public async Task The_position_stays_in_front_of_the_oldest_event_that_is_not_done()
    {
        await using var site = await StartAsync();
        await site.PublishAsync(Records(5));
        var reader = site.Read();
        var read = await reader.UntilAsync(5);

        await reader.DeliveredAsync(read[0], read[2], read[3], read[4]);
        await EventuallyAsync(async () => await site.PositionAsync() == 1);
        await reader.DeliveredAsync(read[1]);
        await EventuallyAsync(async () => await site.PositionAsync() == 5);
    }

    [Fact]
    public async Task What_was_not_done_comes_again_to_the_next_owner_and_what_was_done_does_not()
    {
        var records = Records(10);
        var topic = await KafkaCluster.CreateTopicAsync(1);
        await using (var site = await StartAsync(topic))
        {
            await site.PublishAsync(records);
            var reader = site.Read();
            var read = await reader.UntilAsync(10);
            await reader.DeliveredAsync(read.Take(4));
            await reader.StopAsync();
        }

        await using var next = await StartAsync(topic);
        (await next.Read().UntilAsync(6)).Select(container => container.Record).ShouldBe(records.Skip(4));
    }

    [Fact]
    public async Task An_owner_whose_lease_was_taken_reads_nothing_more_and_moves_nothing()
    {
        var topic = await KafkaCluster.CreateTopicAsync(1);
        await using var old = await StartAsync(topic, lease: TimeSpan.FromSeconds(1));
        var records = Records(10);
        await old.PublishAsync(records);
        var reader = old.Read();
        var read = await reader.UntilAsync(10, atATime: 10);

        // As if the process had been frozen past its lease: the row has a newer epoch when it looks again.
        await database.Database.ExecuteAsync($"update stream_queue set epoch = epoch + 1, expires_at = clock_timestamp() + interval '1 hour' where consumer = '{_flavor}'");
        await reader.DeliveredAsync(read);
        var slot = reader.Receiver.Slot.ShouldNotBeNull();
        await EventuallyAsync(() => Task.FromResult(slot.Held is null));
        await old.PublishAsync(Records(1));

        (await reader.Receiver.GetQueueMessagesAsync(10, Token)).ShouldBeEmpty();
        (await old.PositionAsync()).ShouldBeNull();
    }

    [Theory]
    [InlineData("not json", "not the JSON of an event")]
    [InlineData("""{"envelope":9}""", "envelope is version 9")]
    public async Task A_record_that_cannot_be_read_is_parked_with_its_bytes_and_the_rest_goes_on(string value, string reason)
    {
        await using var site = await StartAsync();
        var records = Records(4);
        await site.PublishAsync(records[..2]);
        await site.PutAsync(0, Encoding.UTF8.GetBytes(value), new Headers { { "event-type", "case.opened"u8.ToArray() }, { "odd", [0xff] } });
        await site.PublishAsync(records[2..]);
        var reader = site.Read();

        var read = await reader.UntilAsync(4);
        await reader.DeliveredAsync(read);

        read.Select(container => container.Record).ShouldBe(records);
        await EventuallyAsync(async () => await site.PositionAsync() == 5);
        var listed = (await site.Letters.ListAsync(site.Stream.Tenant, new DeadLetterQuery(_flavor), Token)).ShouldHaveSingleItem();
        var letter = (await site.Letters.FindAsync(site.Stream.Tenant, listed.Id, Token))!.Letter;
        letter.Reason.ShouldBe(DeadLetterReason.Undecodable);
        letter.Source.ShouldBe($"kafka:{site.Stream.Topic}/0/2");
        letter.Error.ShouldContain(reason);
        letter.Type.ShouldBe("case.opened");
        Encoding.UTF8.GetString(letter.Payload.Span).ShouldBe(value);
        letter.Headers["odd"].ShouldBe("base64:/w==");
    }

    [Fact]
    public async Task A_partition_of_nothing_but_rubbish_is_passed_and_the_position_with_it()
    {
        await using var site = await StartAsync();
        for (var at = 0; at < 3; at++)
        {
            await site.PutAsync(0, at == 1 ? null : [0xff, 0xfe]);
        }

        var reader = site.Read();
        await EventuallyAsync(async () =>
        {
            await reader.OnceAsync();
            return await site.PositionAsync() == 3;
        });
        reader.Read.ShouldBeEmpty();
        (await site.Letters.ListAsync(site.Stream.Tenant, new DeadLetterQuery(_flavor), Token)).Length.ShouldBe(3);
    }

    [Fact]
    public async Task A_record_of_5_MB_is_parked_whole()
    {
        await using var site = await StartAsync();
        var value = new byte[5_000_000];
        value.AsSpan().Fill((byte)' ');
        await site.PutAsync(0, value);
        var record = Records(1);
        await site.PublishAsync(record);

        (await site.Read().UntilAsync(1))[0].Record.ShouldBe(record[0]);

        var listed = (await site.Letters.ListAsync(site.Stream.Tenant, new DeadLetterQuery(_flavor), Token)).ShouldHaveSingleItem();
        var letter = (await site.Letters.FindAsync(site.Stream.Tenant, listed.Id, Token))!.Letter;
        letter.Payload.Length.ShouldBe(5_000_000);
        letter.Error.ShouldContain("5000000 bytes");
    }

    [Fact]
    public async Task Records_of_another_tenant_are_parked()
    {
        await using var site = await StartAsync();
        await site.PublishAsync(Samples.Record() with { Tenant = "on-call" }, Samples.Record());

        await site.Read().UntilAsync(1);

        var listed = (await site.Letters.ListAsync(site.Stream.Tenant, new DeadLetterQuery(_flavor), Token)).ShouldHaveSingleItem();
        listed.Letter.Error.ShouldContain("of tenant 'on-call'");
    }

    [Fact]
    public async Task A_slow_handler_pauses_the_partition_at_the_bound_and_nothing_is_lost()
    {
        await using var site = await StartAsync(configure: options => options.CacheRecords = 50);
        var records = Records(300);
        await site.PublishAsync(records);
        var reader = site.Read();
        var most = 0;
        var delivered = 0;
        while (delivered < records.Length)
        {
            await reader.OnceAsync(atATime: 30);
            most = Math.Max(most, reader.Read.Count - delivered);
            var done = reader.Read.Skip(delivered).Take(20).ToArray();
            delivered += done.Length;
            await reader.DeliveredAsync(done);
        }

        reader.Read.Select(container => container.Record).ShouldBe(records);
        // Without the pause all of them would come at once.
        most.ShouldBeLessThan(300);
        await EventuallyAsync(async () => await site.PositionAsync() == 300);
    }

    [Fact]
    public async Task Positions_are_shown_as_offsets_of_the_group()
    {
        await using var site = await StartAsync();
        await site.PublishAsync(Records(7));
        var reader = site.Read();
        await reader.DeliveredAsync(await reader.UntilAsync(7));

        using var looker = new ConsumerBuilder<Ignore, Ignore>(
            new ConsumerConfig { BootstrapServers = site.Transport.Options.BootstrapServers, GroupId = $"switchboard.{_flavor}" }).SetLogHandler((_, _) => { }).Build();
        await EventuallyAsync(() => Task.FromResult(
            looker.Committed([new TopicPartition(site.Stream.Topic, 0)], TimeSpan.FromSeconds(30))[0].Offset == 7));
    }

    [Fact]
    public async Task A_position_that_the_topic_no_longer_has_stops_the_partition_and_skips_nothing()
    {
        await using var site = await StartAsync();
        await site.PublishAsync(Records(3));
        await database.Database.ExecuteAsync(
            $"insert into stream_queue (consumer, source, partitions, partition, epoch, owner, acquired_at, expires_at, log_epoch, tx, next) values ('{_flavor}', '{site.Transport.SourceOf(site.Stream.Topic!)}', 0, 0, 1, 'x', now(), '-infinity', 0, '0', 500)");
        var reader = site.Read();

        await EventuallyAsync(async () =>
        {
            await reader.OnceAsync();
            return reader.Receiver.HasFailed;
        });

        reader.Read.ShouldBeEmpty();
        (await site.PositionAsync()).ShouldBe(500);
    }

    private static EventRecord[] Records(int count)
    {
        var stream = Guid.NewGuid();
        return [.. Enumerable.Range(1, count).Select(version => Samples.Record(stream, version))];
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token);
        }
    }

    private async Task<KafkaSite> StartAsync(
        string? topic = null, Action<Streams.Kafka.KafkaOptions>? configure = null, TimeSpan? lease = null) =>
        await KafkaSite.StartAsync(database, topic ?? await KafkaCluster.CreateTopicAsync(1), _flavor, configure: configure, lease: lease);
}
