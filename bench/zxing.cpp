//go:build zxing

// Reads QR codes with zxing-cpp as its documentation has it: default hints, but for QR codes only.

#define ZX_USE_UTF8 1

#include <ZXing/ReadBarcode.h>
#include <ZXing/ZXVersion.h>

#include <algorithm>
#include <string>

extern "C" int zxing_read(const unsigned char* pix, int width, int height, char* text, int capacity) {
	ZXing::ImageView view(pix, width, height, ZXing::ImageFormat::Lum);
	auto results = ZXing::ReadBarcodes(view, ZXing::DecodeHints().setFormats(ZXing::BarcodeFormat::QRCode));
	if (!results.empty()) {
		std::string first = results.front().text();
		text[first.copy(text, std::min<size_t>(first.size(), capacity - 1))] = 0;
	}
	return static_cast<int>(results.size());
}

extern "C" int zxing_version() {
	return ZXING_VERSION_MAJOR * 10000 + ZXING_VERSION_MINOR * 100 + ZXING_VERSION_PATCH;
}
