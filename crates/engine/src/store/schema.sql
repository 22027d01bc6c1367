-- One migration, one file. Additive: a later version appends statements in a new numbered step, never edits this one.

create table meta (key text primary key, value text not null) strict, without rowid;

-- A table of a file as it was read. `columns` is a JSON array; `layout` and `profile` are JSON of `intake`, `mapping` of `mapping`.
create table source (
  id integer primary key,
  dataset text not null,
  path text not null,
  file text not null,
  sheet text,
  sha256 text not null,
  bytes integer not null,
  modified text,
  columns text not null,
  rows integer not null,
  mapping text not null,
  layout text not null,
  table_index integer not null,
  profile text not null,
  read_at text not null
) strict;

-- Rows as read, packed (see `intake::chunk`). id = source << 40 | first row.
create table chunk (id integer primary key, rows integer not null, bytes blob not null) strict;

-- What the user did, newest last. `undone` edits are the redo stack until a new edit drops them.
create table edit (
  id integer primary key,
  at text not null,
  who text not null,
  label text not null,
  reason text,
  undone integer not null default 0
) strict;

-- Every cell an edit touched; `before` null = as in the file. The cell in force is that of the newest edit not undone.
create table edit_cell (
  edit integer not null references edit (id) on delete cascade,
  place integer not null,
  col integer not null,
  text text not null,
  primary key (place, col, edit)
) strict, without rowid;

create table edit_exclusion (
  edit integer not null references edit (id) on delete cascade,
  place integer not null,
  primary key (place, edit)
) strict, without rowid;

create table finding (
  id integer primary key,
  place integer not null,
  line integer not null,
  dataset text not null,
  field text not null,
  rule text not null,
  severity text not null,
  value text not null,
  message text not null,
  suggestion text
) strict;
create index finding_place on finding (place);

-- Where each key of a field stands: sorted (hash, place) pairs by bucket of the hash, for uniqueness and look-up.
create table key_bucket (
  field text not null,
  bucket integer not null,
  bytes blob not null,
  primary key (field, bucket)
) strict;

-- Rows and money per dataset, currency and month, as of the last check. `state`: ready, error, excluded.
create table total (
  dataset text not null,
  state text not null,
  currency text not null,
  month text not null,
  rows integer not null,
  amount text not null,
  primary key (dataset, state, currency, month)
) strict, without rowid;

-- `basis` is what the check was made with (the day, the program); empty once something changed that it was made of.
create table checked (
  dataset text primary key,
  rows integer not null,
  ready integer not null,
  with_errors integer not null,
  with_warnings integer not null,
  excluded integer not null,
  at text not null,
  basis text not null
) strict, without rowid;

-- Keys that the destination was seen to have already, so that files may refer to them.
create table known (
  dataset text not null,
  key text not null,
  primary key (dataset, key)
) strict, without rowid;

create table expected (
  dataset text not null,
  currency text not null,
  month text not null,
  amount text not null,
  primary key (dataset, currency, month)
) strict, without rowid;

create table run (
  id integer primary key,
  connection text not null,
  environment text not null,
  url text not null,
  organisation text not null,
  started_at text not null,
  finished_at text,
  state text not null,
  summary text
) strict;

-- The ledger. One line per unit that is sent: intent is written before it goes out, outcome before anything else is done.
create table batch (
  id integer primary key,
  run integer not null references run (id),
  dataset text not null,
  key text not null,
  action text not null,
  rows integer not null,
  places blob not null,
  request text,
  body text,
  body_sha256 text not null,
  state text not null,
  attempts integer not null default 0,
  remote_id text,
  status integer,
  reason text,
  intended_at text not null,
  settled_at text
) strict;
create index batch_state on batch (state);
create index batch_key on batch (dataset, key);

create table audit (
  id integer primary key,
  at text not null,
  who text not null,
  step text not null,
  what text not null,
  detail text not null,
  seal text not null
) strict;
