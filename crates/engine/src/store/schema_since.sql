-- What each row of a batch was when it was sent: 16 bytes a row, in the order of `places`.
alter table batch add column digests blob not null default x'';
-- The run that loaded the rows, where this batch only says that they are still the same.
alter table batch add column since integer;
