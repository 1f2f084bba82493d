use super::*;

#[test]
fn the_builtin_policies_read() {
    for name in Policy::builtin_names() {
        assert_eq!(Policy::builtin(name).unwrap().name(), name);
    }
    assert!(Policy::builtin("nope").is_none());
}
