package seamtape.replayer.state;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import seamtape.catalog.Call;
import seamtape.catalog.Field;
import seamtape.catalog.PamtPageType;
import seamtape.catalog.Seamcall;
import seamtape.catalog.SeptEntryState;
import seamtape.catalog.TdLifecycleState;
import seamtape.catalog.TdOpState;
import seamtape.catalog.TdVcpuState;
import seamtape.catalog.Tdcall;
import seamtape.event.Event;
import seamtape.event.Phase;

/**
 * Folds SEAMCALLs and TDCALLs into the TDs there are: what a call that succeeded has changed. A
 * call's enter tells the operands, its return the status.
 */
final class TdFold {
  private static final long LEVEL = 7;
  private static final long PAGE_MASK = -4096L;

  /** A call that was entered: what is needed of it when it returns. */
  private record Entered(Call call, long number, long parent, long[] fields) {
    static Entered of(Event event) {
      long[] fields = Arrays.copyOf(event.fields, event.call.in().size());
      return new Entered(event.call, event.number, event.number - event.link, fields);
    }

    void write(StateWriter to) {
      to.call(call);
      to.put(number);
      to.put(parent);
      for (long field : fields) {
        to.put(field);
      }
    }

    static Entered read(StateReader from) {
      Call call = from.call(Call.class);
      long number = from.number();
      long parent = from.number();
      long[] fields = new long[call.in().size()];
      for (int i = 0; i < fields.length; i++) {
        fields[i] = from.number();
      }
      return new Entered(call, number, parent, fields);
    }
  }

  /** Calls that have not returned, by their event's number. */
  private final Map<Long, Entered> inFlight = new TreeMap<>();

  private final Map<Long, TdState> tds = new TreeMap<>();
  private final TdSources sources;
  private final Touched touched;

  /**
   * @param touched told what changes
   */
  TdFold(Touched touched) {
    this(touched, new TdSources());
  }

  private TdFold(Touched touched, TdSources sources) {
    this.touched = touched;
    this.sources = sources;
  }

  TdFold copy(Touched newTouched) {
    TdFold copy = new TdFold(newTouched, sources.copy());
    copy.inFlight.putAll(inFlight);
    tds.forEach((tdr, td) -> copy.tds.put(tdr, td.copy(newTouched)));
    return copy;
  }

  void write(StateWriter to) {
    sources.write(to);
    to.all(inFlight.values(), enter -> enter.write(to));
    to.all(tds.values(), td -> td.write(to));
  }

  static TdFold read(StateReader from, Touched touched) {
    TdFold read = new TdFold(touched, TdSources.read(from));
    from.all(() -> Entered.read(from), enter -> read.inFlight.put(enter.number(), enter));
    from.all(() -> TdState.read(from, touched), td -> read.tds.put(td.tdr(), td));
    return read;
  }

  /** By TDR. */
  Map<Long, TdState> tds() {
    return tds;
  }

  /** Where the contents of added pages come from. */
  TdSources sources() {
    return sources;
  }

  /** Takes an event of a nested call. */
  void apply(Event event) {
    if (!(event.call instanceof Seamcall) && !(event.call instanceof Tdcall)) {
      return;
    }
    if (event.phase == Phase.ENTER) {
      inFlight.put(event.number, Entered.of(event));
      return;
    }
    Entered enter = inFlight.remove(event.number - event.link);
    if (enter == null) {
      return;
    }
    boolean done = event.fields[0] == 0;
    if (enter.call() instanceof Seamcall leaf) {
      boolean entered = leaf == Seamcall.TDH_VP_ENTER && event.fields[0] >= 0;
      if (done || entered) {
        seamcall(leaf, enter, event);
      }
    } else if (done) {
      tdcall((Tdcall) enter.call(), enter, event);
    }
  }

  /** An operand by its register's name; 0 for a register that the row does not take. */
  private static long in(Entered enter, String register) {
    return field(enter.call().in(), enter.fields(), register);
  }

  /** A register that a call gave back; 0 for one that the row does not give. */
  private static long out(Event returned, String register) {
    return field(returned.call.out(), returned.fields, register);
  }

  private static long field(List<Field> row, long[] values, String register) {
    for (int i = 0; i < row.size(); i++) {
      if (row.get(i).name().equals(register)) {
        return values[i];
      }
    }
    return 0;
  }

  private void seamcall(Seamcall leaf, Entered enter, Event returned) {
    long rcx = in(enter, "rcx");
    long rdx = in(enter, "rdx");
    long at = enter.number();
    switch (leaf) {
      case TDH_MNG_CREATE -> {
        tds.put(rcx, new TdState(rcx, rdx & 0xffff, at, touched));
        touched.add(StatePart.Kind.TD_LIFE, rcx);
      }
      case TDH_MNG_KEY_CONFIG -> lifecycle(rcx, TdLifecycleState.TD_KEYS_CONFIGURED);
      case TDH_MNG_VPFLUSHDONE -> lifecycle(rcx, TdLifecycleState.TD_BLOCKED);
      case TDH_MNG_KEY_FREEID -> lifecycle(rcx, TdLifecycleState.TD_TEARDOWN);
      case TDH_MNG_ADDCX -> own(td(rdx), rcx, 0, PamtPageType.PT_TDCX, at);
      case TDH_MNG_INIT -> opState(rcx, TdOpState.INITIALIZED);
      case TDH_MR_FINALIZE -> {
        opState(rcx, TdOpState.RUNNABLE);
        if (td(rcx) != null) {
          td(rcx).measurement().finish();
        }
      }
      case TDH_MEM_TRACK -> {
        if (td(rcx) != null) {
          td(rcx).tracked++;
          touched(td(rcx));
        }
      }
      case TDH_PHYMEM_PAGE_RECLAIM -> reclaimed(rcx);
      case TDH_VP_CREATE, TDH_VP_ADDCX, TDH_VP_INIT, TDH_VP_FLUSH, TDH_VP_ENTER ->
          vcpu(leaf, rcx, rdx, at);
      default -> memory(leaf, enter, returned);
    }
  }

  private void touched(TdState td) {
    touched.add(StatePart.Kind.TD, td.tdr());
  }

  private TdState td(long tdr) {
    return tds.get(tdr & PAGE_MASK);
  }

  private void lifecycle(long tdr, TdLifecycleState next) {
    if (td(tdr) != null) {
      td(tdr).lifecycle = next;
      touched(td(tdr));
    }
  }

  private void opState(long tdr, TdOpState next) {
    if (td(tdr) != null) {
      td(tdr).opState = next;
      touched(td(tdr));
    }
  }

  private static void own(TdState td, long hpa, int level, PamtPageType type, long event) {
    if (td != null) {
      td.own(hpa, level, type, event);
    }
  }

  private void reclaimed(long hpa) {
    if (tds.remove(hpa) == null) {
      tds.values().forEach(td -> td.disown(hpa));
    } else {
      touched.add(StatePart.Kind.TD_LIFE, hpa);
    }
  }

  private TdState ofVcpu(long tdvpr) {
    for (TdState td : tds.values()) {
      if (td.vcpu(tdvpr & PAGE_MASK) != null) {
        return td;
      }
    }
    return null;
  }

  private void vcpu(Seamcall leaf, long rcx, long rdx, long at) {
    if (leaf == Seamcall.TDH_VP_CREATE) {
      own(td(rdx), rcx, 0, PamtPageType.PT_TDVPR, at);
      if (td(rdx) != null) {
        td(rdx).vcpus().add(new TdState.Vcpu(rcx, at));
        touched(td(rdx));
      }
      return;
    }
    long tdvpr = (leaf == Seamcall.TDH_VP_ADDCX ? rdx : rcx) & PAGE_MASK;
    TdState td = ofVcpu(tdvpr);
    if (td == null) {
      return;
    }
    TdState.Vcpu vcpu = td.vcpu(tdvpr);
    touched(td);
    switch (leaf) {
      case TDH_VP_ADDCX -> {
        own(td, rcx, 0, PamtPageType.PT_TDCX, at);
        vcpu.pages++;
      }
      case TDH_VP_INIT -> {
        vcpu.state = TdVcpuState.VCPU_READY;
        vcpu.associated = true;
      }
      case TDH_VP_FLUSH -> vcpu.associated = false;
      default -> {
        vcpu.associated = true;
        vcpu.entries++;
      }
    }
  }

  private void memory(Seamcall leaf, Entered enter, Event returned) {
    TdState td = td(in(enter, "rdx"));
    if (td == null) {
      return;
    }
    long mapping = in(enter, "rcx");
    long page = in(enter, "r8");
    long key = TdState.key(mapping);
    long at = enter.number();
    switch (leaf) {
      case TDH_MEM_SEPT_ADD -> {
        if (!td.entries().containsKey(key)) {
          own(td, page, 0, PamtPageType.PT_EPT, at);
          map(td, mapping, page, SeptEntryState.TDX_SEPT_PRESENT, false, at);
        }
      }
      case TDH_MEM_PAGE_ADD -> {
        own(td, page, 0, PamtPageType.PT_REG, at);
        map(td, mapping, page, SeptEntryState.TDX_SEPT_PRESENT, true, at);
        td.measurement().pageAdded(mapping & ~LEVEL, sources.page(mapping & ~LEVEL));
        touched(td);
      }
      case TDH_MEM_PAGE_AUG -> {
        own(td, page, (int) (mapping & LEVEL), PamtPageType.PT_REG, at);
        map(td, mapping, page, SeptEntryState.TDX_SEPT_PENDING, true, at);
      }
      case TDH_MR_EXTEND -> {
        td.measurement().extended(mapping, at);
        touched(td);
      }
      case TDH_MEM_RANGE_BLOCK, TDH_MEM_RANGE_UNBLOCK -> blocked(td, key, at);
      case TDH_MEM_PAGE_REMOVE, TDH_MEM_SEPT_REMOVE -> {
        td.unmap(key);
        td.disown(out(returned, "rcx"));
      }
      case TDH_MEM_PAGE_RELOCATE -> relocated(td, mapping, page, returned, at);
      case TDH_MEM_PAGE_DEMOTE -> demoted(td, mapping, page, at);
      case TDH_MEM_PAGE_PROMOTE -> promoted(td, mapping, returned, at);
      default -> {}
    }
  }

  private static void map(
      TdState td, long mapping, long hpa, SeptEntryState state, boolean leaf, long at) {
    int level = (int) (mapping & LEVEL);
    td.map(new TdState.Entry(TdState.key(mapping) & ~LEVEL, level, hpa, state, leaf, at));
  }

  private static void blocked(TdState td, long key, long at) {
    TdState.Entry entry = td.entries().get(key);
    if (entry != null) {
      td.map(entry.in(other(entry.state()), at));
    }
  }

  /** Blocked becomes free and free becomes blocked. */
  private static SeptEntryState other(SeptEntryState state) {
    return switch (state) {
      case TDX_SEPT_PENDING -> SeptEntryState.TDX_SEPT_PENDING_BLOCKED;
      case TDX_SEPT_PENDING_BLOCKED -> SeptEntryState.TDX_SEPT_PENDING;
      case TDX_SEPT_BLOCKED -> SeptEntryState.TDX_SEPT_PRESENT;
      default -> SeptEntryState.TDX_SEPT_BLOCKED;
    };
  }

  private static void relocated(TdState td, long mapping, long page, Event returned, long at) {
    TdState.Entry entry = td.entries().get(TdState.key(mapping));
    td.disown(out(returned, "rcx"));
    own(td, page, 0, PamtPageType.PT_REG, at);
    if (entry != null) {
      map(td, mapping, page, other(entry.state()), true, at);
    }
  }

  private static void demoted(TdState td, long mapping, long table, long at) {
    TdState.Entry large = td.entries().get(TdState.key(mapping));
    if (large == null) {
      return;
    }
    int level = large.level() - 1;
    long step = 1L << (12 + 9 * level);
    td.disown(large.hpa());
    own(td, table, 0, PamtPageType.PT_EPT, at);
    map(td, mapping, table, SeptEntryState.TDX_SEPT_PRESENT, false, at);
    for (long i = 0; i < 512; i++) {
      long small = large.hpa() + i * step;
      own(td, small, level, PamtPageType.PT_REG, at);
      map(td, large.gpa() + i * step | level, small, other(large.state()), true, at);
    }
  }

  private static void promoted(TdState td, long mapping, Event returned, long at) {
    int level = (int) (mapping & LEVEL);
    long gpa = mapping & ~LEVEL;
    long step = 1L << (12 + 9 * (level - 1));
    TdState.Entry first = td.entries().get(TdState.key(gpa | level - 1));
    td.disown(out(returned, "rcx"));
    for (long i = 0; i < 512; i++) {
      TdState.Entry small = td.unmap(TdState.key(gpa + i * step | level - 1));
      if (small != null) {
        td.disown(small.hpa());
      }
    }
    if (first != null) {
      own(td, first.hpa(), level, PamtPageType.PT_REG, at);
      map(td, mapping, first.hpa(), first.state(), true, at);
    }
  }

  /** What an RTMR was extended by: the words data0 to data5. */
  private static byte[] data(Event returned) {
    ByteBuffer data = ByteBuffer.allocate(TdMeasurement.SIZE).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; data.hasRemaining(); i++) {
      data.putLong(out(returned, "data" + i));
    }
    return data.array();
  }

  /** Of a TD's own calls, those that change what is kept here; the TD is the one entered. */
  private void tdcall(Tdcall leaf, Entered enter, Event returned) {
    Entered entry = inFlight.get(enter.parent());
    TdState td = entry == null ? null : ofVcpu(in(entry, "rcx"));
    if (td == null) {
      return;
    }
    if (leaf == Tdcall.TDG_MEM_PAGE_ACCEPT) {
      TdState.Entry pending = td.entries().get(TdState.key(in(enter, "rcx")));
      if (pending != null) {
        td.map(pending.in(SeptEntryState.TDX_SEPT_PRESENT, enter.number()));
      }
    } else if (leaf == Tdcall.TDG_MR_RTMR_EXTEND) {
      td.measurement().rtmrExtended((int) in(enter, "rdx"), data(returned), enter.number());
      touched(td);
    }
  }
}
