-- Codes with a path. number counts 1, 2, 3 … within an app's environment (0 release, 1 trial, 2 develop).
create table path (
    app    integer not null references app (number),
    env    integer not null check (env between 0 and 2),
    number integer not null,
    path   text    not null,
    change integer not null,
    primary key (app, env, number),
    unique (app, env, path)
) strict, without rowid;
create index path_change on path (change);

create trigger path_kept before delete on path
begin select raise(abort, 'a path number is never given up'); end;
create trigger path_number_kept before update on path
begin select raise(abort, 'a path number never changes'); end;

-- networks is a JSON array of CIDR ranges that the app's secret may be used from; none is all. cleared is when the app's
-- daily counters last began anew, clears how often they did in the month of that time.
alter table app add column networks text not null default '[]' check (json_type(networks) = 'array');
alter table app add column cleared integer not null default 0;
alter table app add column clears integer not null default 0;

-- Calls that failed, for their apps to ask about; app is 0 where it is not known. size is about how many bytes the row
-- takes. No running server follows this table, and every row of it may go.
create table failed_call (
    id      integer primary key autoincrement,
    rid     text    not null unique,
    app     integer not null,
    at      integer not null,
    took    integer not null,
    url     text    not null,
    body    text    not null,
    answer  text    not null,
    client  text    not null,
    reason  text    not null,
    size    integer not null
) strict;
create index failed_call_app on failed_call (app, id);
create index failed_call_at on failed_call (at);

-- What the table holds, so that its bounds cost no count.
create table failed_call_total (
    one   integer primary key check (one = 1),
    calls integer not null,
    bytes integer not null
) strict;
insert into failed_call_total values (1, 0, 0);
create trigger failed_call_added after insert on failed_call
begin update failed_call_total set calls = calls + 1, bytes = bytes + new.size; end;
create trigger failed_call_dropped after delete on failed_call
begin update failed_call_total set calls = calls - 1, bytes = bytes - old.size; end;
