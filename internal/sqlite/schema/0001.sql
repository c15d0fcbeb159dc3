-- Every row that a running server follows carries the number of the change that last wrote it; the one row of change
-- holds the newest of these numbers. Times are Unix milliseconds.

create table change (
    one    integer primary key check (one = 1),
    number integer not null
) strict;
insert into change values (1, 0);

create table app (
    number        integer primary key autoincrement,
    appid         text    not null unique,
    name          text    not null,
    demo          integer not null,
    created       integer not null,
    secret_number integer not null,
    secret_salt   blob    not null,
    secret_hash   blob    not null,
    logo          blob,
    badge         blob,
    change        integer not null
) strict;
create index app_change on app (change);

-- number counts 1, 2, 3 … within an app.
create table page (
    app    integer not null references app (number),
    number integer not null,
    path   text    not null,
    change integer not null,
    primary key (app, number),
    unique (app, path)
) strict, without rowid;
create index page_change on page (change);

-- The newest version of an app's environment (0 release, 1 trial, 2 develop) is the current one.
create table version (
    id        integer primary key autoincrement,
    app       integer not null references app (number),
    env       integer not null check (env between 0 and 2),
    home      integer not null,
    published integer not null,
    change    integer not null,
    foreign key (app, home) references page (app, number)
) strict;
create index version_change on version (change);
create index version_app on version (app, env);

-- place is the page's place in app.json.
create table version_page (
    version integer not null references version (id),
    place   integer not null,
    page    integer not null,
    primary key (version, place)
) strict, without rowid;

create table sealing_key (
    number  integer primary key autoincrement,
    key     blob    not null check (length(key) = 32),
    created integer not null,
    change  integer not null
) strict;

-- kind: 1 plain, 2 stable. hash is the SHA-256 of the token's text.
create table token (
    id       integer primary key autoincrement,
    hash     blob    not null unique,
    app      integer not null references app (number),
    kind     integer not null,
    secret   integer not null,
    salt     blob    not null,
    forced   integer not null,
    replaced integer not null,
    issued   integer not null,
    ends     integer not null,
    change   integer not null
) strict;
create index token_change on token (change);
create index token_app on token (app, kind, id);
create index token_ends on token (ends);

-- What codes depend on is given once: the database itself refuses to take it back.
create trigger app_kept before delete on app
begin select raise(abort, 'an app is never deleted'); end;
create trigger app_number_kept before update of number, appid on app
begin select raise(abort, 'the number and appid of an app never change'); end;
create trigger page_kept before delete on page
begin select raise(abort, 'a page number is never given up'); end;
create trigger page_number_kept before update on page
begin select raise(abort, 'a page number never changes'); end;
create trigger version_kept before delete on version
begin select raise(abort, 'a version is never deleted'); end;
create trigger version_content_kept before update on version
begin select raise(abort, 'a version never changes'); end;
create trigger version_page_kept before delete on version_page
begin select raise(abort, 'a version never changes'); end;
create trigger version_page_content_kept before update on version_page
begin select raise(abort, 'a version never changes'); end;
create trigger sealing_key_kept before delete on sealing_key
begin select raise(abort, 'a sealing key is never deleted'); end;
create trigger sealing_key_content_kept before update on sealing_key
begin select raise(abort, 'a sealing key never changes'); end;
