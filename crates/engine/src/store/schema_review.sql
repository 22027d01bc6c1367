-- Decisions on warnings, rows put back, what an edit was made for, and the ways into findings that the grid needs.
alter table edit add column dataset text;
alter table edit add column rule text;
alter table edit add column field text;

-- 1 = the row is taken in again. The newest edit not undone decides.
alter table edit_exclusion add column back integer not null default 0;

-- Warnings that were looked at and stay as they are: good only for the value that was looked at.
create table edit_keep (
  edit integer not null references edit (id) on delete cascade,
  place integer not null,
  field text not null,
  rule text not null,
  value text not null,
  primary key (place, field, rule, value, edit)
) strict, without rowid;

create index edit_cell_edit on edit_cell (edit, place);
create index edit_exclusion_edit on edit_exclusion (edit, place);
create index edit_keep_edit on edit_keep (edit, place);

alter table finding add column kept integer not null default 0;
create index finding_rule on finding (kept, dataset, rule, field, severity, place);
create index finding_severity on finding (dataset, severity, kept, place);
