package onload.sockets.option;

/**
 * What an option is set to.
 *
 * @param number in the unit of the option's type; 0 for text
 * @param text of an option that is text; else empty
 * @param origin who said so
 */
record Setting(long number, String text, OptionOrigin origin) {}
