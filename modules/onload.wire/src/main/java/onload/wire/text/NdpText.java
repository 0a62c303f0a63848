package onload.wire.text;

import onload.wire.NdpMessage;

/** The messages of NDP (RFC 4861) that say more than their name; options are not described. */
final class NdpText {
    private NdpText() {}

    /**
     * {@return whether the message was read to its end}
     *
     * @param type a neighbor solicitation, a neighbor advertisement or a redirect
     */
    static boolean append(Line line, int offset, int type) {
        boolean isRedirect = type == NdpMessage.REDIRECT;
        int length =
                isRedirect ? NdpMessage.REDIRECT_LENGTH : NdpMessage.NEIGHBOR_SOLICITATION_LENGTH;
        if (line.lacks(offset, length, Icmpv6Text.PROTOCOL)) {
            return false;
        }
        if (isRedirect) {
            line.append(", ").ipv6(offset + NdpMessage.DESTINATION_OFFSET).append(" to ");
        } else {
            boolean isSolicitation = type == NdpMessage.NEIGHBOR_SOLICITATION;
            line.append(isSolicitation ? ", who has " : ", tgt is ");
        }
        line.ipv6(offset + NdpMessage.TARGET_OFFSET);
        return true;
    }
}
