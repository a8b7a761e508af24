//! A plugin without the C header and without a crate: the structs of convgauge/plugin.h are written
//! down as far as they are used here. Forward, f32, zero padding, nchw and nhwc.
//! rustc --edition 2021 --crate-type cdylib -O plugin.rs
#![allow(dead_code)]
use std::ffi::{c_void, CStr};
use std::os::raw::c_char;
use std::ptr::{addr_of, copy_nonoverlapping, null};

#[repr(C)]
#[derive(Clone, Copy)]
struct Axis { input: i64, kernel: i64, stride: i64, dilation: i64, pad_before: i64, pad_after: i64 }
#[repr(C)]
#[derive(Clone, Copy)]
struct Spec {
    struct_size: usize,
    batch: i64, in_channels: i64, out_channels: i64, groups: i64,
    h: Axis, w: Axis,
    bias: i32, padding_mode: i32, direction: i32,
    types: [i32; 4], // src, weights, dst, accumulator
    layout: i32, math: i32, deterministic: i32,
    src_strides: [i64; 4], weights_strides: [i64; 4], dst_strides: [i64; 4],
}
#[repr(C)]
struct Settings {
    struct_size: usize,
    device: i32, threads: i32, slots: i32, option_count: i32,
    options: *const c_void, algorithm: *const c_char, workspace_limit_bytes: i64,
}
#[repr(C)]
struct Note { text: *mut c_char, capacity: usize }
// Of these three the host's structs go on; it has set to zero what is not written.
#[repr(C)]
struct Device { struct_size: usize, kind: i32, name: [u8; 128] }
#[repr(C)]
struct Algorithm { struct_size: usize, name: [u8; 128], class: i32, deterministic: i32 }
#[repr(C)]
struct Requirement {
    struct_size: usize,
    role: i32, scope: i32, form: i32, memory_kind: i32,
    bytes: usize, alignment: usize,
}
struct Plan { spec: Spec, slots: Vec<[*mut f32; 4]> } // src, weights, dst, bias

type Move = extern "C" fn(*mut Plan, i32, *const c_void, *mut Note) -> i32;
// The table ends before the functions for memory of a backend's own kinds: there are none.
#[repr(C)]
struct Backend {
    struct_size: usize,
    name: *const u8, description: *const u8, version: *const u8,
    device_count: extern "C" fn(*mut i32, *mut Note) -> i32,
    device_info: extern "C" fn(i32, *mut Device, *mut Note) -> i32,
    options: extern "C" fn(*mut c_void, i32, *mut i32) -> i32,
    query: extern "C" fn(*const Spec, *const Settings, *mut i32, *mut Note) -> i32,
    algorithms: extern "C" fn(*const Spec, *const Settings, *mut Algorithm, i32, *mut i32, *mut Note) -> i32,
    plan_create: extern "C" fn(*const Spec, *const Settings, *mut *mut Plan, *mut i32, *mut Note) -> i32,
    plan_destroy: extern "C" fn(*mut Plan),
    plan_algorithm: extern "C" fn(*const Plan, *mut Algorithm) -> i32,
    requirements: extern "C" fn(*const Plan, *mut Requirement, i32, *mut i32) -> i32,
    bind: extern "C" fn(*mut Plan, i32, *const *mut f32, i32, *mut Note) -> i32,
    prepare_weights: Move, upload: Move,
    execute: extern "C" fn(*mut Plan, *const i32, i64, *mut c_void, *mut Note) -> i32,
    wait: extern "C" fn(*mut Plan, *mut Note) -> i32,
    fetch: Move,
}
#[repr(C)]
struct Plugin {
    struct_size: usize,
    abi_version: u32, backend_count: i32,
    name: *const u8, version: *const u8, backends: *const *const Backend, extension: *const c_void,
}
unsafe impl Sync for Backend {}
unsafe impl Sync for Plugin {}
struct List([*const Backend; 1]);
unsafe impl Sync for List {}

fn text(to: &mut [u8; 128], from: &str) { to[..from.len()].copy_from_slice(from.as_bytes()) }
fn refuse(reason: *mut i32, note: *mut Note, code: i32, why: &str) -> i32 {
    unsafe {
        *reason = code;
        if !note.is_null() && (*note).capacity > why.len() {
            copy_nonoverlapping(why.as_ptr(), (*note).text as *mut u8, why.len());
            *(*note).text.add(why.len()) = 0;
        }
    }
    1
}
extern "C" fn device_count(count: *mut i32, _: *mut Note) -> i32 { unsafe { *count = 1 } 0 }
extern "C" fn device_info(_: i32, out: *mut Device, _: *mut Note) -> i32 {
    text(unsafe { &mut (*out).name }, "one thread");
    0
}
extern "C" fn options(_: *mut c_void, _: i32, count: *mut i32) -> i32 { unsafe { *count = 0 } 0 }
extern "C" fn query(spec: *const Spec, settings: *const Settings, reason: *mut i32, note: *mut Note) -> i32 {
    let (s, t) = unsafe { (&*spec, &*settings) };
    if s.direction != 0 { return refuse(reason, note, 1, "forward only"); }
    if s.types != [0; 4] { return refuse(reason, note, 2, "f32 only"); }
    if s.layout != 0 && s.layout != 1 { return refuse(reason, note, 3, "nchw and nhwc only"); }
    if s.padding_mode != 0 { return refuse(reason, note, 14, "zeros only"); }
    if t.device != 0 { return refuse(reason, note, 21, "there is one device"); }
    if t.option_count > 0 { return refuse(reason, note, 18, "there are no options"); }
    if !t.algorithm.is_null() && unsafe { CStr::from_ptr(t.algorithm) }.to_bytes() != b"rusty.loops" {
        return refuse(reason, note, 17, "rusty.loops is the one algorithm");
    }
    0
}
extern "C" fn plan_algorithm(_: *const Plan, out: *mut Algorithm) -> i32 {
    let a = unsafe { &mut *out };
    text(&mut a.name, "rusty.loops");
    a.deterministic = 1;
    0
}
extern "C" fn algorithms(
    s: *const Spec, t: *const Settings, out: *mut Algorithm, capacity: i32, count: *mut i32, note: *mut Note,
) -> i32 {
    let status = query(s, t, &mut 0, note);
    unsafe { *count = (status == 0) as i32 };
    if status == 0 && capacity > 0 { plan_algorithm(null(), out); }
    status
}
extern "C" fn plan_create(
    s: *const Spec, t: *const Settings, plan: *mut *mut Plan, reason: *mut i32, note: *mut Note,
) -> i32 {
    let status = query(s, t, reason, note);
    if status == 0 {
        let slots = vec![[std::ptr::null_mut(); 4]; unsafe { (*t).slots } as usize];
        unsafe { *plan = Box::into_raw(Box::new(Plan { spec: *s, slots })) };
    }
    status
}
extern "C" fn plan_destroy(plan: *mut Plan) { drop(unsafe { Box::from_raw(plan) }) }
fn output(a: &Axis) -> i64 { (a.pad_before + a.input + a.pad_after - a.dilation * (a.kernel - 1) - 1) / a.stride + 1 }
extern "C" fn requirements(plan: *const Plan, out: *mut Requirement, capacity: i32, count: *mut i32) -> i32 {
    let s = unsafe { &(*plan).spec };
    let floats = [
        s.batch * s.in_channels * s.h.input * s.w.input,
        s.out_channels * (s.in_channels / s.groups) * s.h.kernel * s.w.kernel,
        s.batch * s.out_channels * output(&s.h) * output(&s.w),
        s.out_channels,
    ];
    let roles = [0, 1, 3, 2]; // src, weights, dst, bias
    let all = if s.bias != 0 { 4 } else { 3 };
    unsafe { *count = all as i32 };
    for i in 0..all.min(capacity as usize) {
        let r = unsafe { &mut *((out as *mut u8).add(i * (*out).struct_size) as *mut Requirement) };
        *r = Requirement { struct_size: r.struct_size, role: roles[i], scope: 1, form: 0, memory_kind: 0, bytes: 4 * floats[i] as usize, alignment: 4 };
    }
    0
}
extern "C" fn bind(plan: *mut Plan, slot: i32, addresses: *const *mut f32, count: i32, _: *mut Note) -> i32 {
    let to = &mut unsafe { &mut *plan }.slots[slot as usize];
    for i in 0..count as usize { to[i] = unsafe { *addresses.add(i) } }
    0
}
extern "C" fn nothing(_: *mut Plan, _: i32, _: *const c_void, _: *mut Note) -> i32 { 0 }
extern "C" fn wait(_: *mut Plan, _: *mut Note) -> i32 { 0 }
extern "C" fn execute(plan: *mut Plan, slots: *const i32, count: i64, _: *mut c_void, _: *mut Note) -> i32 {
    for i in 0..count as usize {
        let p = unsafe { &*plan };
        unsafe { convolve(&p.spec, &p.slots[*slots.add(i) as usize]) };
    }
    0
}
unsafe fn convolve(s: &Spec, at: &[*mut f32; 4]) {
    let get = |from: *const f32, strides: &[i64; 4], i: [i64; 4]| *from.offset((0..4).map(|d| i[d] * strides[d]).sum::<i64>() as isize);
    let inputs = s.in_channels / s.groups;
    for n in 0..s.batch { for o in 0..s.out_channels { for y in 0..output(&s.h) { for x in 0..output(&s.w) {
        let mut sum = if s.bias != 0 { *at[3].offset(o as isize) } else { 0.0 };
        for i in 0..inputs { for k in 0..s.h.kernel { for l in 0..s.w.kernel {
            let (h, w) = (y * s.h.stride + k * s.h.dilation - s.h.pad_before, x * s.w.stride + l * s.w.dilation - s.w.pad_before);
            let channel = o / (s.out_channels / s.groups) * inputs + i;
            if h >= 0 && w >= 0 && h < s.h.input && w < s.w.input {
                sum += get(at[1], &s.weights_strides, [o, i, k, l]) * get(at[0], &s.src_strides, [n, channel, h, w]);
            }
        } } }
        let d = &s.dst_strides;
        *at[2].offset((n * d[0] + o * d[1] + y * d[2] + x * d[3]) as isize) = sum;
    } } } }
}

static BACKEND: Backend = Backend {
    struct_size: std::mem::size_of::<Backend>(),
    name: b"rusty\0".as_ptr(), description: b"a convolution in Rust\0".as_ptr(), version: b"1\0".as_ptr(),
    device_count, device_info, options, query, algorithms, plan_create, plan_destroy, plan_algorithm,
    requirements, bind, prepare_weights: nothing, upload: nothing, execute, wait, fetch: nothing,
};
static BACKENDS: List = List([&BACKEND]);
static PLUGIN: Plugin = Plugin {
    struct_size: std::mem::size_of::<Plugin>(),
    abi_version: 1, backend_count: 1,
    name: b"convgauge_rusty\0".as_ptr(), version: b"1\0".as_ptr(), backends: BACKENDS.0.as_ptr(), extension: null(),
};

/// # Safety
/// `plugin_version` must be valid for a write.
#[no_mangle]
pub unsafe extern "C" fn cvg_plugin_entry(version: u32, _host: *const c_void, plugin_version: *mut u32) -> *const c_void {
    *plugin_version = 1;
    if version == 1 { addr_of!(PLUGIN) as *const c_void } else { null() }
}
