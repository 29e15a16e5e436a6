//! The program as its users meet it: the real binary, on real repositories.

mod imports;
mod support;

mod attribution;
mod contract;
mod damage;
mod delta;
mod directory;
mod foreign;
mod history;
mod secrecy;
mod tracked;
mod unseen;
