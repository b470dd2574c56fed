-- SHA-256 of the code that only the browser that came back from the eID was given. Without it whoever started an attempt
-- could have another person log in for it, and complete it as that person.
alter table sign_attempts add column return_hash bytea;
