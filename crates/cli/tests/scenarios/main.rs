//! Every folder of `tests/scenarios` is a small story of a project, told in files that a reader
//! without Rust can follow, and played here with the real binary.
//!
//! What a story is made of stands in `tests/scenarios/README.md`. Each is a test of its own:
//! `cargo test -p antler --test scenarios a_chain` plays those whose names begin so.
//! `WRITE_EXPECTED=1` writes down what came out; read it before you commit it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::allow_attributes,
    reason = "tests"
)]

mod author;
mod check;
mod index;
mod play;
#[expect(dead_code, reason = "shared with the other tests of the binary")]
#[path = "../main/sandbox.rs"]
mod sandbox;
#[expect(dead_code, reason = "shared with the other tests of the binary")]
#[path = "../main/server.rs"]
mod server;
mod stage;
mod story;
mod terminal;

use std::path::PathBuf;

use crate::story::Story;

/// Where the stories are.
fn folder() -> PathBuf {
    sandbox::repository("tests/scenarios")
}

/// Plays a story, and compares what came out with what it says.
fn tell(name: &str) {
    let story = Story::read(&folder().join(name));
    check::against(&story, &play::play(&story));
}

/// One test for each folder, and none forgotten.
macro_rules! scenarios {
    ($($name:ident)+) => {
        $(#[test] fn $name() { tell(stringify!($name)); })+

        /// The folders that have a test.
        const TOLD: &[&str] = &[$(stringify!($name)),+];
    };
}

scenarios! {
    a_chain_of_versions
    a_chain_that_appears_at_once
    a_change_and_its_return
    a_field_becomes_optional
    a_field_changes_its_type
    a_field_is_added
    a_field_is_removed
    a_field_is_renamed
    a_field_is_split_in_two
    a_field_that_does_not_exist
    a_function_between_models
    a_function_whose_target_changes
    a_helper_of_a_migration_is_edited
    a_hole_in_a_draft
    a_key_of_several_fields
    a_migration_in_python
    a_migration_in_sql
    a_migration_in_sql_that_does_not_fit
    a_migration_in_sql_that_fails
    a_migration_in_sql_that_fails_later
    a_migration_is_edited
    a_migration_is_edited_before_the_first_event
    a_migration_is_missing
    a_migration_named_after_0_1_of_an_equal_run
    a_migration_named_after_0_2_of_an_equal_run
    a_migration_of_a_version_that_is_not_live
    a_migration_stays_missing
    a_migration_that_is_not_compiled
    a_migration_with_a_wrong_name
    a_model_appears
    a_model_is_renamed
    a_model_is_renamed_and_back
    a_model_without_a_key
    a_model_without_storage
    a_random_number
    a_record_that_is_refused
    a_renamed_model_changes_again
    a_result_that_does_not_fit
    a_row_that_fails
    a_row_that_fails_in_a_chain
    a_shortcut_back
    a_strict_endpoint
    a_target_in_an_equal_run
    a_way_back
    a_way_back_that_comes_later
    ambiguous_ways
    an_ambiguity_is_resolved
    an_edit_before_the_first_event
    an_edit_in_place
    an_impossible_date
    both_directions_over_several_versions
    dates
    equal_versions_between_changes
    equal_versions_share_a_table
    fields_in_another_order
    fields_move_into_an_object
    functions_in_a_chain
    functions_that_are_not_run
    models_in_many_files
    names_in_any_script
    nested_arrays
    numbered_enums
    one_model_becomes_two
    one_version_flows_into_two
    optional_fields
    python_models
    rows_are_filtered
    rows_are_filtered_in_a_chain
    text_enums
    two_migrations_for_one_way
    two_models_become_one
    two_versions_flow_into_one
    types_from_beside_the_models
    version_0_10_comes_after_0_9
    whole_numbers_of_64_bits
}
