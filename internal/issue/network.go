package issue

import (
	"net/netip"
	"strings"
)

// MaxNetworks is how many networks an app can list.
const MaxNetworks = 200

// ParseNetwork reads a network that an app's secret may be used from: a CIDR
// range, "192.0.2.0/24", or one address. The result has no bits set behind its
// prefix, and an IPv4 network is one however it was written. Errors are
// [InvalidArgs].
func ParseNetwork(text string) (netip.Prefix, error) {
	if !strings.Contains(text, "/") {
		ip, err := netip.ParseAddr(text)
		if err != nil || ip.Zone() != "" {
			return netip.Prefix{}, badNetwork(text)
		}
		return netip.PrefixFrom(ip.Unmap(), ip.Unmap().BitLen()), nil
	}
	network, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, badNetwork(text)
	}
	if mapped := 128 - 32; network.Addr().Is4In6() && network.Bits() >= mapped {
		network = netip.PrefixFrom(network.Addr().Unmap(), network.Bits()-mapped)
	}
	return network.Masked(), nil
}

func badNetwork(text string) error {
	return fail(InvalidArgs, "invalid network", "%q is neither an IP address nor a CIDR range such as 192.0.2.0/24", clip(text))
}

// Admits tells whether the app's secret may be used from ip. An app that lists
// no network admits all.
func (a *App) Admits(ip netip.Addr) bool {
	return len(a.Networks) == 0 || Within(a.Networks, ip)
}

// Within tells whether ip is in one of the networks. An IPv4 address in its
// IPv6 form is the IPv4 address.
func Within(networks []netip.Prefix, ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	for _, network := range networks {
		if network.Contains(ip) {
			return true
		}
	}
	return false
}
