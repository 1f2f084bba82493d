//! What the binary prints and how it ends, command by command: `tests/cmd/*.trycmd`.
//!
//! `TRYCMD=overwrite cargo test -p keyrig --test cmd` writes down what it prints now; read the difference.

#[test]
fn each_command_prints_what_is_written_down() {
    // No key of whoever runs the tests.
    let folder = tempfile::tempdir().expect("a folder can be made");
    let runtime = folder.path().display().to_string();
    trycmd::TestCases::new()
        .case("tests/cmd/*.trycmd")
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100")
        .env("XDG_RUNTIME_DIR", runtime);
}
