//! Holds the sample to its story: the figures, the faults and nothing but the faults, all read back from the files.

mod contracts;
mod customers;
mod findings;
mod story;
mod table;
mod usage;
