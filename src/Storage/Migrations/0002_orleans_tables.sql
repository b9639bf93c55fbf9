-- compatible: yes
-- The tables that the Orleans ADO.NET providers keep in PostgreSQL: grain state, reminders, cluster membership.
-- Column names, types and constraint names are the public layout of those providers, so that the embedded engine and Microsoft
-- Orleans read and write the same rows. Orleans takes the statements it runs from orleansquery; the providers fix their keys, parameter
-- names and result columns and leave the text to the database, so the text here is our own.

create table orleansquery (
    querykey  varchar(64)   not null,
    querytext varchar(8000) not null,
    constraint orleansquery_key primary key (querykey)
);

create table orleansstorage (
    grainidhash            integer      not null,
    grainidn0              bigint       not null,
    grainidn1              bigint       not null,
    graintypehash          integer      not null,
    graintypestring        varchar(512) not null,
    grainidextensionstring varchar(512),
    serviceid              varchar(150) not null,
    payloadbinary          bytea,
    modifiedon             timestamp without time zone not null,
    version                integer
);
create index ix_orleansstorage on orleansstorage (grainidhash, graintypehash);

-- The layout has no unique key, so two activations that both write their first state are kept apart by a lock on the two hashes;
-- the insert then sees what the other one committed. No row comes back for a write that lost.
create function orleans_storage_write(
    id_hash integer, id_n0 bigint, id_n1 bigint, type_hash integer, type_name text, id_extension text,
    service text, expected integer, payload bytea)
returns table (newgrainstateversion integer)
language plpgsql as $$
begin
    if expected is not null then
        return query
            update orleansstorage as s
               set payloadbinary = payload, modifiedon = now() at time zone 'utc', version = s.version + 1
             where s.grainidhash = id_hash and s.graintypehash = type_hash and s.grainidn0 = id_n0 and s.grainidn1 = id_n1
               and s.graintypestring = type_name and s.grainidextensionstring is not distinct from id_extension
               and s.serviceid = service and s.version = expected
            returning s.version;
        return;
    end if;

    perform pg_advisory_xact_lock(id_hash, type_hash);
    return query
        insert into orleansstorage as s (
            grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring, serviceid,
            payloadbinary, modifiedon, version)
        select id_hash, id_n0, id_n1, type_hash, type_name, id_extension, service, payload, now() at time zone 'utc', 1
         where not exists (
            select from orleansstorage as e
             where e.grainidhash = id_hash and e.graintypehash = type_hash and e.grainidn0 = id_n0 and e.grainidn1 = id_n1
               and e.graintypestring = type_name and e.grainidextensionstring is not distinct from id_extension
               and e.serviceid = service)
        returning s.version;
end $$;

insert into orleansquery (querykey, querytext) values
('ReadFromStorageKey', '
    select payloadbinary as PayloadBinary, version as Version
      from orleansstorage
     where grainidhash = @GrainIdHash and graintypehash = @GrainTypeHash and grainidn0 = @GrainIdN0 and grainidn1 = @GrainIdN1
       and graintypestring = @GrainTypeString and grainidextensionstring is not distinct from cast(@GrainIdExtensionString as varchar)
       and serviceid = @ServiceId'),
('WriteToStorageKey', '
    select newgrainstateversion as NewGrainStateVersion
      from orleans_storage_write(
        @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString, @GrainIdExtensionString,
        @ServiceId, @GrainStateVersion, @PayloadBinary)'),
('ClearStorageKey', '
    update orleansstorage
       set payloadbinary = null, modifiedon = now() at time zone ''utc'', version = version + 1
     where grainidhash = @GrainIdHash and graintypehash = @GrainTypeHash and grainidn0 = @GrainIdN0 and grainidn1 = @GrainIdN1
       and graintypestring = @GrainTypeString and grainidextensionstring is not distinct from cast(@GrainIdExtensionString as varchar)
       and serviceid = @ServiceId and version = cast(@GrainStateVersion as integer)
    returning version as NewGrainStateVersion'),
('DeleteStorageKey', '
    delete from orleansstorage
     where grainidhash = @GrainIdHash and graintypehash = @GrainTypeHash and grainidn0 = @GrainIdN0 and grainidn1 = @GrainIdN1
       and graintypestring = @GrainTypeString and grainidextensionstring is not distinct from cast(@GrainIdExtensionString as varchar)
       and serviceid = @ServiceId and version = cast(@GrainStateVersion as integer)
    returning version + 1 as NewGrainStateVersion');

create table orleansreminderstable (
    serviceid    varchar(150)   not null,
    grainid      varchar(150)   not null,
    remindername varchar(150)   not null,
    starttime    timestamptz(3) not null,
    period       bigint         not null,
    grainhash    integer        not null,
    version      integer        not null,
    constraint pk_reminderstable_serviceid_grainid_remindername primary key (serviceid, grainid, remindername)
);
create index ix_orleansreminderstable_ring on orleansreminderstable (serviceid, grainhash);

-- The hash ring is unsigned, the column is not: the range (begin, end] is a between in signed order (Rows1) or wraps around it (Rows2).
insert into orleansquery (querykey, querytext) values
('ReadReminderRowsKey', '
    select grainid as GrainId, remindername as ReminderName, starttime as StartTime, period as Period, version as Version
      from orleansreminderstable
     where serviceid = @ServiceId and grainid = @GrainId'),
('ReadReminderRowKey', '
    select grainid as GrainId, remindername as ReminderName, starttime as StartTime, period as Period, version as Version
      from orleansreminderstable
     where serviceid = @ServiceId and grainid = @GrainId and remindername = @ReminderName'),
('ReadRangeRows1Key', '
    select grainid as GrainId, remindername as ReminderName, starttime as StartTime, period as Period, version as Version
      from orleansreminderstable
     where serviceid = @ServiceId and grainhash > @BeginHash and grainhash <= @EndHash'),
('ReadRangeRows2Key', '
    select grainid as GrainId, remindername as ReminderName, starttime as StartTime, period as Period, version as Version
      from orleansreminderstable
     where serviceid = @ServiceId and (grainhash > @BeginHash or grainhash <= @EndHash)'),
('UpsertReminderRowKey', '
    insert into orleansreminderstable as r (serviceid, grainid, remindername, starttime, period, grainhash, version)
    values (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
    on conflict (serviceid, grainid, remindername) do update
       set starttime = excluded.starttime, period = excluded.period, grainhash = excluded.grainhash, version = r.version + 1
    returning version as Version'),
('DeleteReminderRowKey', '
    with gone as (
        delete from orleansreminderstable
         where serviceid = @ServiceId and grainid = @GrainId and remindername = @ReminderName and version = @Version
        returning 1)
    select count(*)::integer from gone'),
('DeleteReminderRowsKey', '
    delete from orleansreminderstable where serviceid = @ServiceId');

create table orleansmembershipversiontable (
    deploymentid varchar(150)   not null,
    timestamp    timestamptz(3) not null default now(),
    version      integer        not null default 0,
    constraint pk_orleansmembershipversiontable_deploymentid primary key (deploymentid)
);

create table orleansmembershiptable (
    deploymentid varchar(150)   not null,
    address      varchar(45)    not null,
    port         integer        not null,
    generation   integer        not null,
    siloname     varchar(150)   not null,
    hostname     varchar(150)   not null,
    status       integer        not null,
    proxyport    integer,
    suspecttimes varchar(8000),
    starttime    timestamptz(3) not null,
    iamalivetime timestamptz(3) not null,
    constraint pk_membershiptable_deploymentid primary key (deploymentid, address, port, generation),
    constraint fk_membershiptable_membershipversiontable_deploymentid
        foreign key (deploymentid) references orleansmembershipversiontable (deploymentid)
);

-- A member row changes only together with the table's version: whoever read an older version changes nothing. Raising the version
-- first takes the lock on its one row, so the look at the member row is not raced. Status 3 is "active".
insert into orleansquery (querykey, querytext) values
('InsertMembershipVersionKey', '
    with added as (
        insert into orleansmembershipversiontable (deploymentid) values (@DeploymentId)
        on conflict (deploymentid) do nothing
        returning 1)
    select count(*)::integer from added'),
('InsertMembershipKey', '
    with raised as (
        update orleansmembershipversiontable
           set version = version + 1, timestamp = now()
         where deploymentid = @DeploymentId and version = @Version
           and not exists (
            select from orleansmembershiptable
             where deploymentid = @DeploymentId and address = @Address and port = @Port and generation = @Generation)
        returning 1),
    added as (
        insert into orleansmembershiptable (
            deploymentid, address, port, generation, siloname, hostname, status, proxyport, starttime, iamalivetime)
        select @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
          from raised
        returning 1)
    select count(*)::integer from added'),
('UpdateMembershipKey', '
    with raised as (
        update orleansmembershipversiontable
           set version = version + 1, timestamp = now()
         where deploymentid = @DeploymentId and version = @Version
           and exists (
            select from orleansmembershiptable
             where deploymentid = @DeploymentId and address = @Address and port = @Port and generation = @Generation)
        returning 1),
    changed as (
        update orleansmembershiptable
           set status = @Status, suspecttimes = cast(@SuspectTimes as varchar), iamalivetime = @IAmAliveTime
          from raised
         where deploymentid = @DeploymentId and address = @Address and port = @Port and generation = @Generation
        returning 1)
    select count(*)::integer from changed'),
('UpdateIAmAlivetimeKey', '
    update orleansmembershiptable
       set iamalivetime = @IAmAliveTime
     where deploymentid = @DeploymentId and address = @Address and port = @Port and generation = @Generation'),
('MembershipReadRowKey', '
    select v.deploymentid as DeploymentId, m.address as Address, m.port as Port, m.generation as Generation, m.siloname as SiloName,
           m.hostname as HostName, m.status as Status, m.proxyport as ProxyPort, m.suspecttimes as SuspectTimes,
           m.starttime as StartTime, m.iamalivetime as IAmAliveTime, v.version as Version
      from orleansmembershipversiontable v
      left join orleansmembershiptable m
        on m.deploymentid = v.deploymentid and m.address = @Address and m.port = @Port and m.generation = @Generation
     where v.deploymentid = @DeploymentId'),
('MembershipReadAllKey', '
    select v.deploymentid as DeploymentId, m.address as Address, m.port as Port, m.generation as Generation, m.siloname as SiloName,
           m.hostname as HostName, m.status as Status, m.proxyport as ProxyPort, m.suspecttimes as SuspectTimes,
           m.starttime as StartTime, m.iamalivetime as IAmAliveTime, v.version as Version
      from orleansmembershipversiontable v
      left join orleansmembershiptable m on m.deploymentid = v.deploymentid
     where v.deploymentid = @DeploymentId'),
('GatewaysQueryKey', '
    select address as Address, proxyport as ProxyPort, generation as Generation
      from orleansmembershiptable
     where deploymentid = @DeploymentId and status = @Status and proxyport > 0'),
('CleanupDefunctSiloEntriesKey', '
    delete from orleansmembershiptable
     where deploymentid = @DeploymentId and iamalivetime < @IAmAliveTime and status <> 3'),
('DeleteMembershipTableEntriesKey', '
    with members as (delete from orleansmembershiptable where deploymentid = @DeploymentId)
    delete from orleansmembershipversiontable where deploymentid = @DeploymentId');
