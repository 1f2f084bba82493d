mod damage;
mod disk;
mod edits;
mod files;
mod power;
