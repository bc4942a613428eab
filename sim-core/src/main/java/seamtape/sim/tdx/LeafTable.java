package seamtape.sim.tdx;

import seamtape.catalog.Seamcall;

/** From leaf number to what serves it, for one module. */
final class LeafTable {
  /** Leaf numbers end below. */
  private static final int SIZE = 128;

  private final Leaf[] leaves = new Leaf[SIZE];
  private final byte[] highest = new byte[SIZE];
  private final TdxModuleVersion version;

  LeafTable(TdxModule module, TdGuest guest) {
    version = module.version;
    SysLeaves sys = new SysLeaves(module);
    sys.register(this);
    new SysInfoLeaves(module, sys).register(this);
    new MetadataLeaves(module).register(this);
    new MngLeaves(module).register(this);
    new VpLeaves(module, guest).register(this);
    new SeptLeaves(module).register(this);
    new PageLeaves(module).register(this);
    new ResizeLeaves(module).register(this);
    new RangeLeaves(module).register(this);
    new DebugLeaves(module).register(this);
    new MrLeaves(module).register(this);
    new PhymemLeaves(module).register(this);
    new RegularLeaves(module).register(this);
  }

  /** Serves a leaf, if this version of the module has it. */
  void add(Seamcall row, Leaf leaf) {
    if (!version.has(row)) {
      return;
    }
    leaves[row.number()] = leaf;
    highest[row.number()] = (byte) highestVersion(row);
  }

  boolean serves(Seamcall row) {
    return row.number() >= 0 && row.number() < SIZE && leaves[row.number()] != null;
  }

  private int highestVersion(Seamcall row) {
    boolean versions = row == Seamcall.TDH_VP_INIT ? version.vpInitVersion1() : version.is15();
    return versions ? row.version() : 0;
  }

  /** The highest version of a leaf; 0 also where there is none. */
  int highestVersion(int number) {
    return number < SIZE ? highest[number] : 0;
  }

  /** Null for a leaf that the module does not dispatch. */
  Leaf leaf(int number) {
    return number < SIZE ? leaves[number] : null;
  }
}
