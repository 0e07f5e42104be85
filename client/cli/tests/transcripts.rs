//! The command line as people and scripts see it, kept as data: what is printed, where, and with which exit code.

#[test]
fn the_command_line_answers_as_written_down() {
    trycmd::TestCases::new()
        .env("CASEVAULT_PROFILE", "nowhere")
        .env("CASEVAULT_PASSPHRASE_FILE", "passphrase")
        .env("COLUMNS", "100")
        .case("tests/transcripts/*.trycmd");
}
