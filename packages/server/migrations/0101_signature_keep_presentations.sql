-- How a document that is not PDF is shown: the style sheet that is part of what is signed, and the copy that signers see.
alter table documents add column presentation jsonb;

alter table attachments add column converted boolean not null default false;
