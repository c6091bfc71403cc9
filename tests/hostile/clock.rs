//! Time as the processor sees it: what this process has worked, all threads together. On a machine that others use too,
//! the clock on the wall says more of them than of us.

use std::time::Duration;

/// Work done so far by this process. Elsewhere than on Linux, time since the first call.
#[cfg(target_os = "linux")]
pub(crate) fn worked() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the structure is there to be written to, and the clock is one that every Linux has.
    let failed = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    assert_eq!(failed, 0);
    Duration::new(time.tv_sec.cast_unsigned(), u32::try_from(time.tv_nsec).unwrap())
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn worked() -> Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}
