/** Programs that embed onload. */
module onload.examples {
    requires onload.sockets;

    exports onload.examples;
}
