-- Why the account cancelled a document, for signers whose account lets them read it; erased with the document.
alter table documents add column cancel_reason text;
