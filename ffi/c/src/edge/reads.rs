//! What the edge reads through pointers: sizes, addresses, counts. Small enough for Miri, which sees a byte too many.

use super::*;

#[derive(Clone, Copy)]
#[repr(C)]
struct Grown {
    size: usize,
    first: u32,
    second: u64,
}

// SAFETY: integers, the size first.
unsafe impl Versioned for Grown {
    const LEAST: usize = 16;
}

fn bytes_of(size: usize, room: usize) -> Vec<u8> {
    let mut bytes = vec![0; room];
    bytes[..8].copy_from_slice(&size.to_ne_bytes());
    if room >= 12 {
        bytes[8..12].copy_from_slice(&7_u32.to_ne_bytes());
    }
    bytes
}

#[test]
fn a_struct_of_each_size_at_each_address() {
    for size in [0, 8, 15, 16, 20, 24, 25, 64, 4096, 4097, usize::MAX] {
        let room = if size > 4096 { 24 } else { size.max(8) };
        for odd in 0..8 {
            let mut memory = vec![0; odd];
            memory.extend(bytes_of(size, room));
            // SAFETY: there is as much of it as its size says, where a size is one.
            let read = unsafe { versioned(memory.as_ptr().add(odd).cast::<Grown>(), "it") };
            match read {
                Ok(read) => assert!((16..=4096).contains(&size) && read.first == 7 && read.second == 0, "{size}"),
                Err(e) => assert!(!(16..=4096).contains(&size) && e.code() == Code::CStruct, "{size}"),
            }
        }
    }
}

#[test]
fn what_is_set_behind_a_known_struct_is_refused() {
    let mut memory = bytes_of(32, 32);
    memory[31] = 1;
    // SAFETY: there are 32 bytes.
    let read = unsafe { versioned(memory.as_ptr().cast::<Grown>(), "it") };
    assert_eq!(read.err().map(|e| e.code()), Some(Code::CStruct));
}

#[test]
fn no_more_is_written_back_than_the_caller_has() {
    let mut memory = bytes_of(16, 16);
    let at = memory.as_mut_ptr().cast::<Grown>();
    // SAFETY: there are 16 bytes, which are a struct of the least size.
    unsafe {
        let mut read = versioned(at, "it").unwrap();
        read.first = 9;
        read.second = 9;
        write_back(at, &read);
    }
    assert_eq!(memory[8..12], 9_u32.to_ne_bytes());
}

#[test]
fn arrays_that_cannot_be() {
    let items = [1_u64, 2];
    let code = |data: *const u64, len| {
        // SAFETY: good for as many items, unless it is refused.
        unsafe { slice(data, len, "items") }.map(<[u64]>::len).map_err(|e| e.code())
    };
    assert_eq!(code(items.as_ptr(), 2), Ok(2));
    assert_eq!(code(std::ptr::null(), 0), Ok(0));
    assert_eq!(code(std::ptr::null(), 1), Err(Code::CNull));
    assert_eq!(code(items.as_ptr(), usize::MAX), Err(Code::CValue));
    assert_eq!(code(items.as_ptr().cast::<u8>().wrapping_add(1).cast(), 1), Err(Code::CValue));
}

#[test]
fn a_handle_goes_out_and_comes_back() {
    let mut place = MaybeUninit::<*mut String>::uninit();
    share(&mut place, Arc::new(String::from("kept")));
    // SAFETY: `share` has written it, and it is released once.
    unsafe { release(place.assume_init()) };
    let mut err = MaybeUninit::<*mut irsa_error>::uninit();
    assert_eq!(run("t", Some(&mut err), || Err(null("it"))), 300);
    // SAFETY: `run` has written it, and it is taken once.
    drop(unsafe { Box::from_raw(err.assume_init()) });
    assert_eq!(run("t", None, || Ok(())), 0);
}
