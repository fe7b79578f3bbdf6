//! Which addresses may be dialled.
//!
//! The special-purpose registries of IANA (RFC 6890) name what is not public. An IPv6 address that stands for an IPv4 one is
//! judged as that one, however it is written.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far an address is from being anybody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Anybody may be there.
    Public,
    /// This host.
    Loopback,
    /// A network that is not public.
    Private,
    /// Nothing a plugin has to reach: link-local, multicast, reserved, or the metadata service of a cloud.
    Never,
}

/// How far that address is.
pub(crate) fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => of_v4(address),
        IpAddr::V6(address) => match embedded(address) {
            Some(inner) => of_v4(inner),
            None => of_v6(address),
        },
    }
}

const V4: &[(Ipv4Addr, u32, Reach)] = &[
    // Metadata services that stand outside of link-local: Azure, Alibaba, Oracle.
    (Ipv4Addr::new(168, 63, 129, 16), 32, Reach::Never),
    (Ipv4Addr::new(100, 100, 100, 200), 32, Reach::Never),
    (Ipv4Addr::new(192, 0, 0, 192), 32, Reach::Never),
    (Ipv4Addr::new(0, 0, 0, 0), 8, Reach::Never),
    (Ipv4Addr::new(10, 0, 0, 0), 8, Reach::Private),
    (Ipv4Addr::new(100, 64, 0, 0), 10, Reach::Private),
    (Ipv4Addr::new(127, 0, 0, 0), 8, Reach::Loopback),
    (Ipv4Addr::new(169, 254, 0, 0), 16, Reach::Never),
    (Ipv4Addr::new(172, 16, 0, 0), 12, Reach::Private),
    (Ipv4Addr::new(192, 0, 0, 0), 24, Reach::Private),
    (Ipv4Addr::new(192, 0, 2, 0), 24, Reach::Private),
    (Ipv4Addr::new(192, 88, 99, 0), 24, Reach::Never),
    (Ipv4Addr::new(192, 168, 0, 0), 16, Reach::Private),
    (Ipv4Addr::new(198, 18, 0, 0), 15, Reach::Private),
    (Ipv4Addr::new(198, 51, 100, 0), 24, Reach::Private),
    (Ipv4Addr::new(203, 0, 113, 0), 24, Reach::Private),
    (Ipv4Addr::new(224, 0, 0, 0), 3, Reach::Never),
];

const V6: &[(Ipv6Addr, u32, Reach)] = &[
    (Ipv6Addr::UNSPECIFIED, 128, Reach::Never),
    (Ipv6Addr::LOCALHOST, 128, Reach::Loopback),
    // The metadata service of Amazon.
    (Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x254), 128, Reach::Never),
    // Translation that only a local network knows the meaning of, and tunnels.
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48, Reach::Never),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32, Reach::Never),
    (Ipv6Addr::new(0x2001, 0x0db8, 0, 0, 0, 0, 0, 0), 32, Reach::Private),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, Reach::Private),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, Reach::Private),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, Reach::Never),
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, Reach::Never),
    // What is assigned to be global; the rest is not assigned.
    (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3, Reach::Public),
    (Ipv6Addr::UNSPECIFIED, 0, Reach::Never),
];

fn of_v4(address: Ipv4Addr) -> Reach {
    let holds = |network: Ipv4Addr, length: u32| (address.to_bits() ^ network.to_bits()) >> (32 - length) == 0;
    V4.iter().find(|(network, length, _)| holds(*network, *length)).map_or(Reach::Public, |(.., reach)| *reach)
}

fn of_v6(address: Ipv6Addr) -> Reach {
    let holds = |network: Ipv6Addr, length: u32| {
        (address.to_bits() ^ network.to_bits()).checked_shr(128 - length).unwrap_or(0) == 0
    };
    V6.iter().find(|(network, length, _)| holds(*network, *length)).map_or(Reach::Never, |(.., reach)| *reach)
}

/// The IPv4 address that an IPv6 one stands for: mapped (RFC 4291), translated by the well-known prefix (RFC 6052) or carried
/// by 6to4 (RFC 3056).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let joined = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match [a, b, c, d, e, f] {
        [0, 0, 0, 0, 0, 0xffff] | [0x64, 0xff9b, 0, 0, 0, 0] => Some(joined(g, h)),
        [0x2002, high, low, ..] => Some(joined(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;

    fn reached(text: &str) -> Reach {
        reach(text.parse().unwrap())
    }

    #[test]
    fn what_is_anybodys_is_public() {
        for address in ["1.1.1.1", "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255"] {
            assert_eq!(reached(address), Reach::Public, "{address}");
        }
        for address in ["223.255.255.255", "2606:4700::1111", "2a00::1", "::ffff:1.1.1.1", "64:ff9b::101:101"] {
            assert_eq!(reached(address), Reach::Public, "{address}");
        }
    }

    #[test]
    fn what_is_nobody_elses_is_private_or_this_host() {
        for address in ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "198.19.255.255"] {
            assert_eq!(reached(address), Reach::Private, "{address}");
        }
        for address in ["fd12::1", "fc00::", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2002:c0a8:101::1"] {
            assert_eq!(reached(address), Reach::Private, "{address}");
        }
        for address in ["127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "2002:7f00:1::"] {
            assert_eq!(reached(address), Reach::Loopback, "{address}");
        }
    }

    #[test]
    fn metadata_services_and_what_no_plugin_reaches_are_never_dialled() {
        for address in ["169.254.169.254", "169.254.170.2", "168.63.129.16", "100.100.100.200", "192.0.0.192"] {
            assert_eq!(reached(address), Reach::Never, "{address}");
        }
        for address in ["::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "fd00:ec2::254", "fe80::1"]
        {
            assert_eq!(reached(address), Reach::Never, "{address}");
        }
        for address in ["0.0.0.0", "224.0.0.1", "255.255.255.255", "240.0.0.1", "::", "ff02::1", "2001::1", "::1.2.3.4"]
        {
            assert_eq!(reached(address), Reach::Never, "{address}");
        }
        for address in ["64:ff9b:1::1", "fec0::1", "100::1", "5f00::1"] {
            assert_eq!(reached(address), Reach::Never, "{address}");
        }
    }
}
