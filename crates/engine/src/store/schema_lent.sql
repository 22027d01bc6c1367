-- What later datasets are held against, as one number: a check of theirs holds as long as it stays the same.
alter table checked add column lent text not null default '';
