-- Tables partitioned by range, month by month, on a column that holds UUIDs version 7. At every start each gets the
-- partitions of this and the coming months, and a default partition for everything else.
create table partitioned_tables (
  name text primary key
);
