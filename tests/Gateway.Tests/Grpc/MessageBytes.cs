using Google.Protobuf;

namespace Switchboard.Gateway.Tests.Grpc;

internal static class MessageBytes
{
    public static byte[] ToBytes(this IMessage message) => message.ToByteArray();
}
