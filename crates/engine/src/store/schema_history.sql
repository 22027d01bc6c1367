-- The history of runs. `mode`: everything, first, failed, take_back; `takes_back`: the run whose records a run deletes.
alter table run add column who text not null default '';
alter table run add column mode text not null default 'everything';
alter table run add column takes_back integer references run (id);

-- The body of a request, packed, and kept; `body` is that of older files.
alter table batch add column sent blob;
create index batch_run on batch (run, id);

-- Every attempt to send a request, with what came back (packed). `run` is the one in which it was made.
create table call (
  id integer primary key,
  batch integer not null references batch (id),
  run integer not null references run (id),
  at text not null,
  milliseconds integer not null,
  method text not null,
  path text not null,
  status integer,
  problem text,
  answer blob
) strict;
create index call_batch on call (batch);

-- Records that are taken back, by the batch that made them: intent before the request that deletes one leaves, outcome after.
create table take_back (
  batch integer primary key references batch (id),
  run integer not null references run (id),
  request text not null,
  state text not null,
  status integer,
  reason text,
  intended_at text not null,
  settled_at text
) strict;
create index take_back_run on take_back (run);
