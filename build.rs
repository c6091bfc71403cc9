//! Tells the linker how to build a Node addon, when one is built; the engine alone needs nothing.

fn main() {
    #[cfg(feature = "node")]
    napi_build::setup();
}
