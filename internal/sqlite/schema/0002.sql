-- Cloud functions: who may make cloud calls. apis is a JSON array of what the function's config.json permits. The key is
-- kept as it is, since a signature can only be checked with the key that made it.
create table cloud_function (
    id         integer primary key autoincrement,
    app        integer not null references app (number),
    env        text    not null,
    name       text    not null,
    secret_id  text    not null unique,
    secret_key text    not null,
    apis       text    not null check (json_type(apis) = 'array'),
    changed    integer not null,
    change     integer not null,
    unique (app, env, name)
) strict;
create index cloud_function_change on cloud_function (change);
