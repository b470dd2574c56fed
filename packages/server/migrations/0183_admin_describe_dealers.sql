-- What a dealer says on the pages where its customers register: {"Heading", "LeadParagraph", "ReturnUrl"}

alter table dealers add column onboarding jsonb;
