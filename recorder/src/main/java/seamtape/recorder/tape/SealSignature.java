package seamtape.recorder.tape;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An Ed25519 signature over the seal: over all that the manifest says, the digest of all events
 * included. Checksums find accidents and the chain finds edits; only this says who sealed.
 */
public final class SealSignature {
  /** The manifest's member. */
  public static final String KEY = "signature";

  private static final String ALGORITHM = "Ed25519";

  private SealSignature() {}

  /**
   * The manifest with a signature over all else in it.
   *
   * @throws GeneralSecurityException when the key is not one of Ed25519
   */
  static Manifest sign(Manifest sealed, PrivateKey key) throws GeneralSecurityException {
    Signature signature = Signature.getInstance(ALGORITHM);
    signature.initSign(key);
    signature.update(ManifestText.signed(sealed));
    Map<String, Object> member = new LinkedHashMap<>();
    member.put("algorithm", ALGORITHM);
    member.put("value", Base64.getEncoder().encodeToString(signature.sign()));
    return sealed.with(KEY, member);
  }

  /** True when a manifest has a signature, whoever made it. */
  public static boolean present(Manifest manifest) {
    return manifest.extra().containsKey(KEY);
  }

  /** True when the manifest is what the owner of a key has signed. */
  public static boolean matches(Manifest manifest, PublicKey key) {
    if (!(manifest.extra().get(KEY) instanceof Map<?, ?> member)
        || !ALGORITHM.equals(member.get("algorithm"))
        || !(member.get("value") instanceof String value)) {
      return false;
    }
    try {
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initVerify(key);
      signature.update(ManifestText.signed(manifest.without(KEY)));
      return signature.verify(Base64.getDecoder().decode(value));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false; // not a signature at all
    }
  }
}
