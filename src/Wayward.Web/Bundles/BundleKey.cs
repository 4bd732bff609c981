using System.Security.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Pkcs;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;

namespace Wayward.Web.Bundles;

/// <summary>
/// An Ed25519 key (RFC 8032) in PEM: PKCS #8 for the private key, SubjectPublicKeyInfo for the public one (RFC 8410), as OpenSSL writes them. The signature is its 64 bytes, so that
/// <c>openssl pkeyutl -verify -rawin</c> takes it too.
/// </summary>
internal static class BundleKey
{
    private const string Private = "PRIVATE KEY", Public = "PUBLIC KEY";

    /// <summary>A new key pair.</summary>
    public static (string PrivatePem, string PublicPem) Create()
    {
        var key = new Ed25519PrivateKeyParameters(new SecureRandom());
        return (PemEncoding.WriteString(Private, PrivateKeyInfoFactory.CreatePrivateKeyInfo(key).GetDerEncoded()) + "\n", PemEncoding.WriteString(Public, Der(key.GeneratePublicKey())) + "\n");
    }

    /// <exception cref="FormatException">Not an unencrypted Ed25519 private key in PEM.</exception>
    public static Ed25519PrivateKeyParameters ReadPrivate(string pem) => Read(pem, Private, PrivateKeyFactory.CreateKey) as Ed25519PrivateKeyParameters ?? throw new FormatException("it is no Ed25519 key");

    /// <summary>The public key of a PEM file; of a private key its public half.</summary>
    /// <exception cref="FormatException">Not an Ed25519 key in PEM.</exception>
    public static Ed25519PublicKeyParameters ReadPublic(string pem) => pem.Contains($"-----BEGIN {Private}-----", StringComparison.Ordinal) ? ReadPrivate(pem).GeneratePublicKey()
        : Read(pem, Public, PublicKeyFactory.CreateKey) as Ed25519PublicKeyParameters ?? throw new FormatException("it is no Ed25519 key");

    /// <summary>SHA-256 of the public key, by which a manifest names it.</summary>
    public static string Fingerprint(Ed25519PublicKeyParameters key) => BundleArchive.Hash(Der(key));

    public static byte[] Sign(Ed25519PrivateKeyParameters key, byte[] content)
    {
        var signer = new Ed25519Signer();
        signer.Init(forSigning: true, key);
        signer.BlockUpdate(content, 0, content.Length);
        return signer.GenerateSignature();
    }

    public static bool Verify(Ed25519PublicKeyParameters key, byte[] content, byte[] signature)
    {
        var signer = new Ed25519Signer();
        signer.Init(forSigning: false, key);
        signer.BlockUpdate(content, 0, content.Length);
        return signature.Length == Ed25519PrivateKeyParameters.SignatureSize && signer.VerifySignature(signature);
    }

    private static byte[] Der(Ed25519PublicKeyParameters key) => SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(key).GetDerEncoded();

    private static AsymmetricKeyParameter Read(string pem, string label, Func<byte[], AsymmetricKeyParameter> create)
    {
        if (!PemEncoding.TryFind(pem, out var fields) || pem[fields.Label] != label) throw new FormatException($"it has no PEM block '{label}'");
        try
        {
            return create(Convert.FromBase64String(pem[fields.Base64Data]));
        }
        catch (Exception e) when (e is IOException or ArgumentException or SecurityUtilityException or InvalidCastException)
        {
            throw new FormatException("it is no Ed25519 key", e);
        }
    }
}
