/* Reads a cartridge's clock (GBATEK, "GBA Cart Real-Time Clock"): year, month, day, weekday, hour, minute, second at 0x02000000. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
#define DATA (*(volatile u16*) 0x080000C4)
#define DIRECTION (*(volatile u16*) 0x080000C6)
#define CONTROL (*(volatile u16*) 0x080000C8)
enum { SCK = 1, SIO = 2, CS = 4, READ_DATE = 0xA6 };

int main(void) {
	u8 read[8];
	volatile u8* kept = (volatile u8*) 0x02000000;
	CONTROL = 1;
	for (;;) {
		DATA = SCK;
		DIRECTION = SCK | SIO | CS;
		DATA = SCK;
		DATA = SCK | CS;
		for (u32 bit = 0; bit < 8; bit++) {
			u32 out = READ_DATE >> bit & 1 ? SIO : 0;
			DATA = CS | out;
			DATA = CS | SCK | out;
		}
		DIRECTION = SCK | CS;
		for (u32 byte = 0; byte < 7; byte++) {
			u32 in = 0;
			for (u32 bit = 0; bit < 8; bit++) {
				DATA = CS;
				DATA = CS | SCK;
				in |= (DATA >> 1 & 1) << bit;
			}
			read[byte] = in;
		}
		DATA = SCK;
		for (u32 byte = 0; byte < 7; byte++) kept[byte] = read[byte];
	}
}
