#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| heap_analyzer_fuzz::captures::captures(data));
