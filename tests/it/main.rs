//! The program as its users meet it: the real binary, on real repositories.

mod imports;
mod support;

mod action;
mod allowing;
mod annotations;
mod attribution;
mod baseline;
mod brought;
mod ci;
mod ci_formats;
mod completions;
mod config;
mod contract;
mod crowd;
mod damage;
mod delta;
mod delta_brought;
mod directory;
mod explain;
mod foreign;
mod formats;
mod gates;
mod history;
mod hooks;
mod hygiene;
mod live;
mod pages;
mod places;
mod range;
mod recheck;
mod rules_files;
mod secrecy;
mod staged;
mod tracked;
mod unseen;
