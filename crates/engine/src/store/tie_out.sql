-- What the user says about a difference that edits do not explain; and who stands by the report.
create table explanation (
  id integer primary key,
  dataset text not null,
  currency text not null,
  month text not null,
  amount text not null,
  reason text not null,
  who text not null,
  at text not null
) strict;

-- `entry` and `seal` are those of the signing in the audit trail, `figures` is the tie-out as it was signed (JSON).
create table signature (
  id integer primary key,
  role text not null,
  name text not null,
  remark text not null,
  at text not null,
  entry integer not null,
  seal text not null,
  figures text not null
) strict;
