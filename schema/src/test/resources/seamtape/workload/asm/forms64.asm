; Forms in 64-bit code, held byte for byte against nasm.
add al,bl
add bl,ch
add al,5
add bl,-1
add al,0x7f
add ch,0x12
add [rax],bl
add al,[rbp]
add byte [rsp+8],3
add [r12],byte 0x55
add ax,bx
add bx,si
add ax,5
add bx,-1
add ax,0x7f
add si,0x12
add ax,0x80
add bx,0x1234
add ax,0x1234
add bx,strict word 5
add bx,0xffff
add ax,0xff80
add [rax],bx
add ax,[rbp]
add word [rsp+8],3
add [r12],word 0x55
add eax,edx
add edx,ebp
add eax,5
add edx,-1
add eax,0x7f
add ebp,0x12
add eax,0x80
add edx,0x1234
add eax,0x1234
add edx,127
add ebx,0xffffffff
add eax,0x12345678
add [rax],edx
add eax,[rbp]
add dword [rsp+8],3
add [r12],dword 0x55
add rax,rcx
add rcx,r10
add rax,5
add rcx,-1
add rax,0x7f
add r10,0x12
add rax,0x80
add rcx,0x1234
add rax,0x1234
add rcx,127
add [rax],rcx
add rax,[rbp]
add qword [rsp+8],3
or al,bl
or bl,ch
or al,5
or bl,-1
or al,0x7f
or ch,0x12
or [rax],bl
or al,[rbp]
or byte [rsp+8],3
or [r12],byte 0x55
or ax,bx
or bx,si
or ax,5
or bx,-1
or ax,0x7f
or si,0x12
or ax,0x80
or bx,0x1234
or ax,0x1234
or bx,strict word 5
or bx,0xffff
or ax,0xff80
or [rax],bx
or ax,[rbp]
or word [rsp+8],3
or [r12],word 0x55
or eax,edx
or edx,ebp
or eax,5
or edx,-1
or eax,0x7f
or ebp,0x12
or eax,0x80
or edx,0x1234
or eax,0x1234
or edx,127
or ebx,0xffffffff
or eax,0x12345678
or [rax],edx
or eax,[rbp]
or dword [rsp+8],3
or [r12],dword 0x55
or rax,rcx
or rcx,r10
or rax,5
or rcx,-1
or rax,0x7f
or r10,0x12
or rax,0x80
or rcx,0x1234
or rax,0x1234
or rcx,127
or [rax],rcx
or rax,[rbp]
or qword [rsp+8],3
adc al,bl
adc bl,ch
adc al,5
adc bl,-1
adc al,0x7f
adc ch,0x12
adc [rax],bl
adc al,[rbp]
adc byte [rsp+8],3
adc [r12],byte 0x55
adc ax,bx
adc bx,si
adc ax,5
adc bx,-1
adc ax,0x7f
adc si,0x12
adc ax,0x80
adc bx,0x1234
adc ax,0x1234
adc bx,strict word 5
adc bx,0xffff
adc ax,0xff80
adc [rax],bx
adc ax,[rbp]
adc word [rsp+8],3
adc [r12],word 0x55
adc eax,edx
adc edx,ebp
adc eax,5
adc edx,-1
adc eax,0x7f
adc ebp,0x12
adc eax,0x80
adc edx,0x1234
adc eax,0x1234
adc edx,127
adc ebx,0xffffffff
adc eax,0x12345678
adc [rax],edx
adc eax,[rbp]
adc dword [rsp+8],3
adc [r12],dword 0x55
adc rax,rcx
adc rcx,r10
adc rax,5
adc rcx,-1
adc rax,0x7f
adc r10,0x12
adc rax,0x80
adc rcx,0x1234
adc rax,0x1234
adc rcx,127
adc [rax],rcx
adc rax,[rbp]
adc qword [rsp+8],3
sbb al,bl
sbb bl,ch
sbb al,5
sbb bl,-1
sbb al,0x7f
sbb ch,0x12
sbb [rax],bl
sbb al,[rbp]
sbb byte [rsp+8],3
sbb [r12],byte 0x55
sbb ax,bx
sbb bx,si
sbb ax,5
sbb bx,-1
sbb ax,0x7f
sbb si,0x12
sbb ax,0x80
sbb bx,0x1234
sbb ax,0x1234
sbb bx,strict word 5
sbb bx,0xffff
sbb ax,0xff80
sbb [rax],bx
sbb ax,[rbp]
sbb word [rsp+8],3
sbb [r12],word 0x55
sbb eax,edx
sbb edx,ebp
sbb eax,5
sbb edx,-1
sbb eax,0x7f
sbb ebp,0x12
sbb eax,0x80
sbb edx,0x1234
sbb eax,0x1234
sbb edx,127
sbb ebx,0xffffffff
sbb eax,0x12345678
sbb [rax],edx
sbb eax,[rbp]
sbb dword [rsp+8],3
sbb [r12],dword 0x55
sbb rax,rcx
sbb rcx,r10
sbb rax,5
sbb rcx,-1
sbb rax,0x7f
sbb r10,0x12
sbb rax,0x80
sbb rcx,0x1234
sbb rax,0x1234
sbb rcx,127
sbb [rax],rcx
sbb rax,[rbp]
sbb qword [rsp+8],3
and al,bl
and bl,ch
and al,5
and bl,-1
and al,0x7f
and ch,0x12
and [rax],bl
and al,[rbp]
and byte [rsp+8],3
and [r12],byte 0x55
and ax,bx
and bx,si
and ax,5
and bx,-1
and ax,0x7f
and si,0x12
and ax,0x80
and bx,0x1234
and ax,0x1234
and bx,strict word 5
and bx,0xffff
and ax,0xff80
and [rax],bx
and ax,[rbp]
and word [rsp+8],3
and [r12],word 0x55
and eax,edx
and edx,ebp
and eax,5
and edx,-1
and eax,0x7f
and ebp,0x12
and eax,0x80
and edx,0x1234
and eax,0x1234
and edx,127
and ebx,0xffffffff
and eax,0x12345678
and [rax],edx
and eax,[rbp]
and dword [rsp+8],3
and [r12],dword 0x55
and rax,rcx
and rcx,r10
and rax,5
and rcx,-1
and rax,0x7f
and r10,0x12
and rax,0x80
and rcx,0x1234
and rax,0x1234
and rcx,127
and [rax],rcx
and rax,[rbp]
and qword [rsp+8],3
sub al,bl
sub bl,ch
sub al,5
sub bl,-1
sub al,0x7f
sub ch,0x12
sub [rax],bl
sub al,[rbp]
sub byte [rsp+8],3
sub [r12],byte 0x55
sub ax,bx
sub bx,si
sub ax,5
sub bx,-1
sub ax,0x7f
sub si,0x12
sub ax,0x80
sub bx,0x1234
sub ax,0x1234
sub bx,strict word 5
sub bx,0xffff
sub ax,0xff80
sub [rax],bx
sub ax,[rbp]
sub word [rsp+8],3
sub [r12],word 0x55
sub eax,edx
sub edx,ebp
sub eax,5
sub edx,-1
sub eax,0x7f
sub ebp,0x12
sub eax,0x80
sub edx,0x1234
sub eax,0x1234
sub edx,127
sub ebx,0xffffffff
sub eax,0x12345678
sub [rax],edx
sub eax,[rbp]
sub dword [rsp+8],3
sub [r12],dword 0x55
sub rax,rcx
sub rcx,r10
sub rax,5
sub rcx,-1
sub rax,0x7f
sub r10,0x12
sub rax,0x80
sub rcx,0x1234
sub rax,0x1234
sub rcx,127
sub [rax],rcx
sub rax,[rbp]
sub qword [rsp+8],3
xor al,bl
xor bl,ch
xor al,5
xor bl,-1
xor al,0x7f
xor ch,0x12
xor [rax],bl
xor al,[rbp]
xor byte [rsp+8],3
xor [r12],byte 0x55
xor ax,bx
xor bx,si
xor ax,5
xor bx,-1
xor ax,0x7f
xor si,0x12
xor ax,0x80
xor bx,0x1234
xor ax,0x1234
xor bx,strict word 5
xor bx,0xffff
xor ax,0xff80
xor [rax],bx
xor ax,[rbp]
xor word [rsp+8],3
xor [r12],word 0x55
xor eax,edx
xor edx,ebp
xor eax,5
xor edx,-1
xor eax,0x7f
xor ebp,0x12
xor eax,0x80
xor edx,0x1234
xor eax,0x1234
xor edx,127
xor ebx,0xffffffff
xor eax,0x12345678
xor [rax],edx
xor eax,[rbp]
xor dword [rsp+8],3
xor [r12],dword 0x55
xor rax,rcx
xor rcx,r10
xor rax,5
xor rcx,-1
xor rax,0x7f
xor r10,0x12
xor rax,0x80
xor rcx,0x1234
xor rax,0x1234
xor rcx,127
xor [rax],rcx
xor rax,[rbp]
xor qword [rsp+8],3
cmp al,bl
cmp bl,ch
cmp al,5
cmp bl,-1
cmp al,0x7f
cmp ch,0x12
cmp [rax],bl
cmp al,[rbp]
cmp byte [rsp+8],3
cmp [r12],byte 0x55
cmp ax,bx
cmp bx,si
cmp ax,5
cmp bx,-1
cmp ax,0x7f
cmp si,0x12
cmp ax,0x80
cmp bx,0x1234
cmp ax,0x1234
cmp bx,strict word 5
cmp bx,0xffff
cmp ax,0xff80
cmp [rax],bx
cmp ax,[rbp]
cmp word [rsp+8],3
cmp [r12],word 0x55
cmp eax,edx
cmp edx,ebp
cmp eax,5
cmp edx,-1
cmp eax,0x7f
cmp ebp,0x12
cmp eax,0x80
cmp edx,0x1234
cmp eax,0x1234
cmp edx,127
cmp ebx,0xffffffff
cmp eax,0x12345678
cmp [rax],edx
cmp eax,[rbp]
cmp dword [rsp+8],3
cmp [r12],dword 0x55
cmp rax,rcx
cmp rcx,r10
cmp rax,5
cmp rcx,-1
cmp rax,0x7f
cmp r10,0x12
cmp rax,0x80
cmp rcx,0x1234
cmp rax,0x1234
cmp rcx,127
cmp [rax],rcx
cmp rax,[rbp]
cmp qword [rsp+8],3
test al,bl
test bl,al
test bl,ch
test [rax],bl
test ch,[rax]
test [rbp],bl
test ch,[rbp]
test [rsp+8],bl
test ch,[rsp+8]
test [r12],bl
test [r13],bl
test [rax+r9*8+0x40],bl
test [r8+rcx],bl
test [gs:rbx],bl
test ch,[gs:rbx]
test [0x1234],bl
test ch,[0x1234]
test [eax+ebx*2],bl
test ch,[eax+ebx*2]
test [rel 0x40],bl
test ch,[rel 0x40]
test [rax*4+0x10],bl
test ch,[rax*4+0x10]
mov al,bl
mov bl,al
mov bl,ch
mov [rax],bl
mov ch,[rax]
mov al,[rax]
mov [rax],al
mov [rbp],bl
mov ch,[rbp]
mov al,[rbp]
mov [rbp],al
mov [rsp+8],bl
mov ch,[rsp+8]
mov al,[rsp+8]
mov [rsp+8],al
mov [r12],bl
mov al,[r12]
mov [r12],al
mov [r13],bl
mov al,[r13]
mov [r13],al
mov [rax+r9*8+0x40],bl
mov al,[rax+r9*8+0x40]
mov [rax+r9*8+0x40],al
mov [r8+rcx],bl
mov al,[r8+rcx]
mov [r8+rcx],al
mov [gs:rbx],bl
mov ch,[gs:rbx]
mov al,[gs:rbx]
mov [gs:rbx],al
mov [0x1234],bl
mov ch,[0x1234]
mov al,[0x1234]
mov [0x1234],al
mov [eax+ebx*2],bl
mov ch,[eax+ebx*2]
mov al,[eax+ebx*2]
mov [eax+ebx*2],al
mov [rel 0x40],bl
mov ch,[rel 0x40]
mov al,[rel 0x40]
mov [rel 0x40],al
mov [rax*4+0x10],bl
mov ch,[rax*4+0x10]
mov al,[rax*4+0x10]
mov [rax*4+0x10],al
xchg al,bl
xchg bl,al
xchg bl,ch
xchg [rax],bl
xchg ch,[rax]
xchg [rbp],bl
xchg ch,[rbp]
xchg [rsp+8],bl
xchg ch,[rsp+8]
xchg [r12],bl
xchg [r13],bl
xchg [rax+r9*8+0x40],bl
xchg [r8+rcx],bl
xchg [gs:rbx],bl
xchg ch,[gs:rbx]
xchg [0x1234],bl
xchg ch,[0x1234]
xchg [eax+ebx*2],bl
xchg ch,[eax+ebx*2]
xchg [rel 0x40],bl
xchg ch,[rel 0x40]
xchg [rax*4+0x10],bl
xchg ch,[rax*4+0x10]
test al,0x12
test bl,0x7f
test byte [rax],0x21
test byte [r13],0x22
mov al,0x12
mov bl,0x7f
mov byte [rax],0x21
mov byte [r13],0x22
inc al
inc ch
inc byte [rax]
inc byte [r12]
dec al
dec ch
dec byte [rax]
dec byte [r12]
not al
not ch
not byte [rax]
not byte [r12]
neg al
neg ch
neg byte [rax]
neg byte [r12]
mul al
mul ch
mul byte [rax]
mul byte [r12]
imul al
imul ch
imul byte [rax]
imul byte [r12]
div al
div ch
div byte [rax]
div byte [r12]
idiv al
idiv ch
idiv byte [rax]
idiv byte [r12]
rol al,1
rol bl,cl
rol ch,4
rol byte [rax],1
rol byte [rbp],cl
rol byte [rsp+8],7
ror al,1
ror bl,cl
ror ch,4
ror byte [rax],1
ror byte [rbp],cl
ror byte [rsp+8],7
rcl al,1
rcl bl,cl
rcl ch,4
rcl byte [rax],1
rcl byte [rbp],cl
rcl byte [rsp+8],7
rcr al,1
rcr bl,cl
rcr ch,4
rcr byte [rax],1
rcr byte [rbp],cl
rcr byte [rsp+8],7
shl al,1
shl bl,cl
shl ch,4
shl byte [rax],1
shl byte [rbp],cl
shl byte [rsp+8],7
sal al,1
sal bl,cl
sal ch,4
sal byte [rax],1
sal byte [rbp],cl
sal byte [rsp+8],7
shr al,1
shr bl,cl
shr ch,4
shr byte [rax],1
shr byte [rbp],cl
shr byte [rsp+8],7
sar al,1
sar bl,cl
sar ch,4
sar byte [rax],1
sar byte [rbp],cl
sar byte [rsp+8],7
xadd al,bl
xadd [rbp],bl
lock xadd [rax],al
cmpxchg al,bl
cmpxchg [rbp],bl
lock cmpxchg [rax],al
test ax,bx
test bx,ax
test bx,si
test [rax],bx
test si,[rax]
test [rbp],bx
test si,[rbp]
test [rsp+8],bx
test si,[rsp+8]
test [r12],bx
test si,[r12]
test [r13],bx
test si,[r13]
test [rax+r9*8+0x40],bx
test si,[rax+r9*8+0x40]
test [r8+rcx],bx
test si,[r8+rcx]
test [gs:rbx],bx
test si,[gs:rbx]
test [0x1234],bx
test si,[0x1234]
test [eax+ebx*2],bx
test si,[eax+ebx*2]
test [rel 0x40],bx
test si,[rel 0x40]
test [rax*4+0x10],bx
test si,[rax*4+0x10]
mov ax,bx
mov bx,ax
mov bx,si
mov [rax],bx
mov si,[rax]
mov ax,[rax]
mov [rax],ax
mov [rbp],bx
mov si,[rbp]
mov ax,[rbp]
mov [rbp],ax
mov [rsp+8],bx
mov si,[rsp+8]
mov ax,[rsp+8]
mov [rsp+8],ax
mov [r12],bx
mov si,[r12]
mov ax,[r12]
mov [r12],ax
mov [r13],bx
mov si,[r13]
mov ax,[r13]
mov [r13],ax
mov [rax+r9*8+0x40],bx
mov si,[rax+r9*8+0x40]
mov ax,[rax+r9*8+0x40]
mov [rax+r9*8+0x40],ax
mov [r8+rcx],bx
mov si,[r8+rcx]
mov ax,[r8+rcx]
mov [r8+rcx],ax
mov [gs:rbx],bx
mov si,[gs:rbx]
mov ax,[gs:rbx]
mov [gs:rbx],ax
mov [0x1234],bx
mov si,[0x1234]
mov ax,[0x1234]
mov [0x1234],ax
mov [eax+ebx*2],bx
mov si,[eax+ebx*2]
mov ax,[eax+ebx*2]
mov [eax+ebx*2],ax
mov [rel 0x40],bx
mov si,[rel 0x40]
mov ax,[rel 0x40]
mov [rel 0x40],ax
mov [rax*4+0x10],bx
mov si,[rax*4+0x10]
mov ax,[rax*4+0x10]
mov [rax*4+0x10],ax
xchg ax,bx
xchg bx,ax
xchg bx,si
xchg [rax],bx
xchg si,[rax]
xchg [rbp],bx
xchg si,[rbp]
xchg [rsp+8],bx
xchg si,[rsp+8]
xchg [r12],bx
xchg si,[r12]
xchg [r13],bx
xchg si,[r13]
xchg [rax+r9*8+0x40],bx
xchg si,[rax+r9*8+0x40]
xchg [r8+rcx],bx
xchg si,[r8+rcx]
xchg [gs:rbx],bx
xchg si,[gs:rbx]
xchg [0x1234],bx
xchg si,[0x1234]
xchg [eax+ebx*2],bx
xchg si,[eax+ebx*2]
xchg [rel 0x40],bx
xchg si,[rel 0x40]
xchg [rax*4+0x10],bx
xchg si,[rax*4+0x10]
test ax,0x12
test bx,0x7f
test ax,0x1234
test bx,-2
test word [rax],0x21
test word [r13],0x22
mov ax,0x12
mov bx,0x7f
mov ax,0x1234
mov bx,-2
mov word [rax],0x21
mov word [r13],0x22
inc ax
inc si
inc word [rax]
inc word [r12]
dec ax
dec si
dec word [rax]
dec word [r12]
not ax
not si
not word [rax]
not word [r12]
neg ax
neg si
neg word [rax]
neg word [r12]
mul ax
mul si
mul word [rax]
mul word [r12]
imul ax
imul si
imul word [rax]
imul word [r12]
div ax
div si
div word [rax]
div word [r12]
idiv ax
idiv si
idiv word [rax]
idiv word [r12]
rol ax,1
rol bx,cl
rol si,4
rol word [rax],1
rol word [rbp],cl
rol word [rsp+8],7
ror ax,1
ror bx,cl
ror si,4
ror word [rax],1
ror word [rbp],cl
ror word [rsp+8],7
rcl ax,1
rcl bx,cl
rcl si,4
rcl word [rax],1
rcl word [rbp],cl
rcl word [rsp+8],7
rcr ax,1
rcr bx,cl
rcr si,4
rcr word [rax],1
rcr word [rbp],cl
rcr word [rsp+8],7
shl ax,1
shl bx,cl
shl si,4
shl word [rax],1
shl word [rbp],cl
shl word [rsp+8],7
sal ax,1
sal bx,cl
sal si,4
sal word [rax],1
sal word [rbp],cl
sal word [rsp+8],7
shr ax,1
shr bx,cl
shr si,4
shr word [rax],1
shr word [rbp],cl
shr word [rsp+8],7
sar ax,1
sar bx,cl
sar si,4
sar word [rax],1
sar word [rbp],cl
sar word [rsp+8],7
xadd ax,bx
xadd [rbp],bx
lock xadd [rax],ax
cmpxchg ax,bx
cmpxchg [rbp],bx
lock cmpxchg [rax],ax
bt ax,bx
bt si,7
bt [rax],bx
bt word [rsp+8],3
bts ax,bx
bts si,7
bts [rax],bx
bts word [rsp+8],3
btr ax,bx
btr si,7
btr [rax],bx
btr word [rsp+8],3
btc ax,bx
btc si,7
btc [rax],bx
btc word [rsp+8],3
bsf ax,bx
bsf bx,[rbp]
bsr ax,bx
bsr bx,[rbp]
imul ax,bx
imul bx,[rbp]
cmove ax,bx
cmove bx,[rbp]
cmovnz ax,bx
cmovnz bx,[rbp]
cmovl ax,bx
cmovl bx,[rbp]
imul ax,bx,5
imul bx,si,0x1234
imul si,7
imul ax,0x300
imul ax,[rax],-3
imul bx,word [rbp],0x400
shld ax,bx,3
shld bx,si,cl
shld [rax],bx,9
shrd ax,bx,3
shrd bx,si,cl
shrd [rax],bx,9
movzx ax,bl
movzx ax,byte [rax]
movsx ax,bl
movsx ax,byte [rax]
lea bx,[rax]
lea bx,[rbp]
lea bx,[rsp+8]
lea bx,[r12]
lea bx,[r13]
lea bx,[rax+r9*8+0x40]
lea bx,[r8+rcx]
lea bx,[gs:rbx]
lea bx,[0x1234]
lea bx,[eax+ebx*2]
lea bx,[rel 0x40]
lea bx,[rax*4+0x10]
test eax,edx
test edx,eax
test edx,ebp
test [rax],edx
test ebp,[rax]
test [rbp],edx
test ebp,[rbp]
test [rsp+8],edx
test ebp,[rsp+8]
test [r12],edx
test ebp,[r12]
test [r13],edx
test ebp,[r13]
test [rax+r9*8+0x40],edx
test ebp,[rax+r9*8+0x40]
test [r8+rcx],edx
test ebp,[r8+rcx]
test [gs:rbx],edx
test ebp,[gs:rbx]
test [0x1234],edx
test ebp,[0x1234]
test [eax+ebx*2],edx
test ebp,[eax+ebx*2]
test [rel 0x40],edx
test ebp,[rel 0x40]
test [rax*4+0x10],edx
test ebp,[rax*4+0x10]
mov eax,edx
mov edx,eax
mov edx,ebp
mov [rax],edx
mov ebp,[rax]
mov eax,[rax]
mov [rax],eax
mov [rbp],edx
mov ebp,[rbp]
mov eax,[rbp]
mov [rbp],eax
mov [rsp+8],edx
mov ebp,[rsp+8]
mov eax,[rsp+8]
mov [rsp+8],eax
mov [r12],edx
mov ebp,[r12]
mov eax,[r12]
mov [r12],eax
mov [r13],edx
mov ebp,[r13]
mov eax,[r13]
mov [r13],eax
mov [rax+r9*8+0x40],edx
mov ebp,[rax+r9*8+0x40]
mov eax,[rax+r9*8+0x40]
mov [rax+r9*8+0x40],eax
mov [r8+rcx],edx
mov ebp,[r8+rcx]
mov eax,[r8+rcx]
mov [r8+rcx],eax
mov [gs:rbx],edx
mov ebp,[gs:rbx]
mov eax,[gs:rbx]
mov [gs:rbx],eax
mov [0x1234],edx
mov ebp,[0x1234]
mov eax,[0x1234]
mov [0x1234],eax
mov [eax+ebx*2],edx
mov ebp,[eax+ebx*2]
mov eax,[eax+ebx*2]
mov [eax+ebx*2],eax
mov [rel 0x40],edx
mov ebp,[rel 0x40]
mov eax,[rel 0x40]
mov [rel 0x40],eax
mov [rax*4+0x10],edx
mov ebp,[rax*4+0x10]
mov eax,[rax*4+0x10]
mov [rax*4+0x10],eax
xchg eax,edx
xchg edx,eax
xchg edx,ebp
xchg [rax],edx
xchg ebp,[rax]
xchg [rbp],edx
xchg ebp,[rbp]
xchg [rsp+8],edx
xchg ebp,[rsp+8]
xchg [r12],edx
xchg ebp,[r12]
xchg [r13],edx
xchg ebp,[r13]
xchg [rax+r9*8+0x40],edx
xchg ebp,[rax+r9*8+0x40]
xchg [r8+rcx],edx
xchg ebp,[r8+rcx]
xchg [gs:rbx],edx
xchg ebp,[gs:rbx]
xchg [0x1234],edx
xchg ebp,[0x1234]
xchg [eax+ebx*2],edx
xchg ebp,[eax+ebx*2]
xchg [rel 0x40],edx
xchg ebp,[rel 0x40]
xchg [rax*4+0x10],edx
xchg ebp,[rax*4+0x10]
test eax,0x12
test edx,0x7f
test eax,0x1234
test edx,-2
test dword [rax],0x21
test dword [r13],0x22
mov eax,0x12
mov edx,0x7f
mov eax,0x1234
mov edx,-2
mov dword [rax],0x21
mov dword [r13],0x22
inc eax
inc ebp
inc dword [rax]
inc dword [r12]
dec eax
dec ebp
dec dword [rax]
dec dword [r12]
not eax
not ebp
not dword [rax]
not dword [r12]
neg eax
neg ebp
neg dword [rax]
neg dword [r12]
mul eax
mul ebp
mul dword [rax]
mul dword [r12]
imul eax
imul ebp
imul dword [rax]
imul dword [r12]
div eax
div ebp
div dword [rax]
div dword [r12]
idiv eax
idiv ebp
idiv dword [rax]
idiv dword [r12]
rol eax,1
rol edx,cl
rol ebp,4
rol dword [rax],1
rol dword [rbp],cl
rol dword [rsp+8],7
ror eax,1
ror edx,cl
ror ebp,4
ror dword [rax],1
ror dword [rbp],cl
ror dword [rsp+8],7
rcl eax,1
rcl edx,cl
rcl ebp,4
rcl dword [rax],1
rcl dword [rbp],cl
rcl dword [rsp+8],7
rcr eax,1
rcr edx,cl
rcr ebp,4
rcr dword [rax],1
rcr dword [rbp],cl
rcr dword [rsp+8],7
shl eax,1
shl edx,cl
shl ebp,4
shl dword [rax],1
shl dword [rbp],cl
shl dword [rsp+8],7
sal eax,1
sal edx,cl
sal ebp,4
sal dword [rax],1
sal dword [rbp],cl
sal dword [rsp+8],7
shr eax,1
shr edx,cl
shr ebp,4
shr dword [rax],1
shr dword [rbp],cl
shr dword [rsp+8],7
sar eax,1
sar edx,cl
sar ebp,4
sar dword [rax],1
sar dword [rbp],cl
sar dword [rsp+8],7
xadd eax,edx
xadd [rbp],edx
lock xadd [rax],eax
cmpxchg eax,edx
cmpxchg [rbp],edx
lock cmpxchg [rax],eax
bt eax,edx
bt ebp,7
bt [rax],edx
bt dword [rsp+8],3
bts eax,edx
bts ebp,7
bts [rax],edx
bts dword [rsp+8],3
btr eax,edx
btr ebp,7
btr [rax],edx
btr dword [rsp+8],3
btc eax,edx
btc ebp,7
btc [rax],edx
btc dword [rsp+8],3
bsf eax,edx
bsf edx,[rbp]
bsr eax,edx
bsr edx,[rbp]
imul eax,edx
imul edx,[rbp]
cmove eax,edx
cmove edx,[rbp]
cmovnz eax,edx
cmovnz edx,[rbp]
cmovl eax,edx
cmovl edx,[rbp]
imul eax,edx,5
imul edx,ebp,0x1234
imul ebp,7
imul eax,0x300
imul eax,[rax],-3
imul edx,dword [rbp],0x400
shld eax,edx,3
shld edx,ebp,cl
shld [rax],edx,9
shrd eax,edx,3
shrd edx,ebp,cl
shrd [rax],edx,9
movzx eax,bl
movzx eax,byte [rax]
movzx eax,bx
movzx eax,word [rax]
movsx eax,bl
movsx eax,byte [rax]
movsx eax,bx
movsx eax,word [rax]
lea edx,[rax]
lea edx,[rbp]
lea edx,[rsp+8]
lea edx,[r12]
lea edx,[r13]
lea edx,[rax+r9*8+0x40]
lea edx,[r8+rcx]
lea edx,[gs:rbx]
lea edx,[0x1234]
lea edx,[eax+ebx*2]
lea edx,[rel 0x40]
lea edx,[rax*4+0x10]
test rax,rcx
test rcx,rax
test rcx,r10
test [rax],rcx
test r10,[rax]
test [rbp],rcx
test r10,[rbp]
test [rsp+8],rcx
test r10,[rsp+8]
test [r12],rcx
test r10,[r12]
test [r13],rcx
test r10,[r13]
test [rax+r9*8+0x40],rcx
test r10,[rax+r9*8+0x40]
test [r8+rcx],rcx
test r10,[r8+rcx]
test [gs:rbx],rcx
test r10,[gs:rbx]
test [0x1234],rcx
test r10,[0x1234]
test [eax+ebx*2],rcx
test r10,[eax+ebx*2]
test [rel 0x40],rcx
test r10,[rel 0x40]
test [rax*4+0x10],rcx
test r10,[rax*4+0x10]
mov rax,rcx
mov rcx,rax
mov rcx,r10
mov [rax],rcx
mov r10,[rax]
mov rax,[rax]
mov [rax],rax
mov [rbp],rcx
mov r10,[rbp]
mov rax,[rbp]
mov [rbp],rax
mov [rsp+8],rcx
mov r10,[rsp+8]
mov rax,[rsp+8]
mov [rsp+8],rax
mov [r12],rcx
mov r10,[r12]
mov rax,[r12]
mov [r12],rax
mov [r13],rcx
mov r10,[r13]
mov rax,[r13]
mov [r13],rax
mov [rax+r9*8+0x40],rcx
mov r10,[rax+r9*8+0x40]
mov rax,[rax+r9*8+0x40]
mov [rax+r9*8+0x40],rax
mov [r8+rcx],rcx
mov r10,[r8+rcx]
mov rax,[r8+rcx]
mov [r8+rcx],rax
mov [gs:rbx],rcx
mov r10,[gs:rbx]
mov rax,[gs:rbx]
mov [gs:rbx],rax
mov [0x1234],rcx
mov r10,[0x1234]
mov rax,[0x1234]
mov [0x1234],rax
mov [eax+ebx*2],rcx
mov r10,[eax+ebx*2]
mov rax,[eax+ebx*2]
mov [eax+ebx*2],rax
mov [rel 0x40],rcx
mov r10,[rel 0x40]
mov rax,[rel 0x40]
mov [rel 0x40],rax
mov [rax*4+0x10],rcx
mov r10,[rax*4+0x10]
mov rax,[rax*4+0x10]
mov [rax*4+0x10],rax
xchg rax,rcx
xchg rcx,rax
xchg rcx,r10
xchg [rax],rcx
xchg r10,[rax]
xchg [rbp],rcx
xchg r10,[rbp]
xchg [rsp+8],rcx
xchg r10,[rsp+8]
xchg [r12],rcx
xchg r10,[r12]
xchg [r13],rcx
xchg r10,[r13]
xchg [rax+r9*8+0x40],rcx
xchg r10,[rax+r9*8+0x40]
xchg [r8+rcx],rcx
xchg r10,[r8+rcx]
xchg [gs:rbx],rcx
xchg r10,[gs:rbx]
xchg [0x1234],rcx
xchg r10,[0x1234]
xchg [eax+ebx*2],rcx
xchg r10,[eax+ebx*2]
xchg [rel 0x40],rcx
xchg r10,[rel 0x40]
xchg [rax*4+0x10],rcx
xchg r10,[rax*4+0x10]
test rax,0x12
test rcx,0x7f
test rax,0x1234
test rcx,-2
test qword [rax],0x21
test qword [r13],0x22
mov rax,0x12
mov rcx,0x7f
mov rax,0x1234
mov rcx,-2
mov qword [rax],0x21
mov qword [r13],0x22
inc rax
inc r10
inc qword [rax]
inc qword [r12]
dec rax
dec r10
dec qword [rax]
dec qword [r12]
not rax
not r10
not qword [rax]
not qword [r12]
neg rax
neg r10
neg qword [rax]
neg qword [r12]
mul rax
mul r10
mul qword [rax]
mul qword [r12]
imul rax
imul r10
imul qword [rax]
imul qword [r12]
div rax
div r10
div qword [rax]
div qword [r12]
idiv rax
idiv r10
idiv qword [rax]
idiv qword [r12]
rol rax,1
rol rcx,cl
rol r10,4
rol qword [rax],1
rol qword [rbp],cl
rol qword [rsp+8],7
ror rax,1
ror rcx,cl
ror r10,4
ror qword [rax],1
ror qword [rbp],cl
ror qword [rsp+8],7
rcl rax,1
rcl rcx,cl
rcl r10,4
rcl qword [rax],1
rcl qword [rbp],cl
rcl qword [rsp+8],7
rcr rax,1
rcr rcx,cl
rcr r10,4
rcr qword [rax],1
rcr qword [rbp],cl
rcr qword [rsp+8],7
shl rax,1
shl rcx,cl
shl r10,4
shl qword [rax],1
shl qword [rbp],cl
shl qword [rsp+8],7
sal rax,1
sal rcx,cl
sal r10,4
sal qword [rax],1
sal qword [rbp],cl
sal qword [rsp+8],7
shr rax,1
shr rcx,cl
shr r10,4
shr qword [rax],1
shr qword [rbp],cl
shr qword [rsp+8],7
sar rax,1
sar rcx,cl
sar r10,4
sar qword [rax],1
sar qword [rbp],cl
sar qword [rsp+8],7
xadd rax,rcx
xadd [rbp],rcx
lock xadd [rax],rax
cmpxchg rax,rcx
cmpxchg [rbp],rcx
lock cmpxchg [rax],rax
bt rax,rcx
bt r10,7
bt [rax],rcx
bt qword [rsp+8],3
bts rax,rcx
bts r10,7
bts [rax],rcx
bts qword [rsp+8],3
btr rax,rcx
btr r10,7
btr [rax],rcx
btr qword [rsp+8],3
btc rax,rcx
btc r10,7
btc [rax],rcx
btc qword [rsp+8],3
bsf rax,rcx
bsf rcx,[rbp]
bsr rax,rcx
bsr rcx,[rbp]
imul rax,rcx
imul rcx,[rbp]
cmove rax,rcx
cmove rcx,[rbp]
cmovnz rax,rcx
cmovnz rcx,[rbp]
cmovl rax,rcx
cmovl rcx,[rbp]
imul rax,rcx,5
imul rcx,r10,0x1234
imul r10,7
imul rax,0x300
imul rax,[rax],-3
imul rcx,qword [rbp],0x400
shld rax,rcx,3
shld rcx,r10,cl
shld [rax],rcx,9
shrd rax,rcx,3
shrd rcx,r10,cl
shrd [rax],rcx,9
movzx rax,bl
movzx rax,byte [rax]
movzx rax,bx
movzx rax,word [rax]
movsx rax,bl
movsx rax,byte [rax]
movsx rax,bx
movsx rax,word [rax]
lea rcx,[rax]
lea rcx,[rbp]
lea rcx,[rsp+8]
lea rcx,[r12]
lea rcx,[r13]
lea rcx,[rax+r9*8+0x40]
lea rcx,[r8+rcx]
lea rcx,[gs:rbx]
lea rcx,[0x1234]
lea rcx,[eax+ebx*2]
lea rcx,[rel 0x40]
lea rcx,[rax*4+0x10]
bswap eax
bswap esi
bswap r9
movsxd rax,ebx
movsxd rcx,dword [rax]
lss bx,[rax]
lss esi,[rbp]
lfs bx,[rax]
lfs esi,[rbp]
lgs bx,[rax]
lgs esi,[rbp]
sgdt [rax]
sgdt [r12]
sidt [rax]
sidt [r12]
lgdt [rax]
lgdt [r12]
lidt [rax]
lidt [r12]
invlpg [rax]
invlpg [r12]
smsw [rax]
smsw [r12]
lmsw [rax]
lmsw [r12]
sldt [rax]
sldt [r12]
str [rax]
str [r12]
lldt [rax]
lldt [r12]
ltr [rax]
ltr [r12]
cmpxchg8b [rax]
cmpxchg8b [r12]
mov [rax],es
mov word [rbp],es
mov es,[rax]
mov [rax],cs
mov word [rbp],cs
mov [rax],ss
mov word [rbp],ss
mov ss,[rax]
mov [rax],ds
mov word [rbp],ds
mov ds,[rax]
mov [rax],fs
mov word [rbp],fs
mov fs,[rax]
mov [rax],gs
mov word [rbp],gs
mov gs,[rax]
mov ax,es
mov ebx,es
mov es,ax
mov es,cx
mov ax,cs
mov ebx,cs
mov ax,ss
mov ebx,ss
mov ss,ax
mov ss,cx
mov ax,ds
mov ebx,ds
mov ds,ax
mov ds,cx
mov ax,fs
mov ebx,fs
push fs
mov fs,ax
mov fs,cx
pop fs
mov ax,gs
mov ebx,gs
push gs
mov gs,ax
mov gs,cx
pop gs
mov rax,cr0
mov cr0,r9
mov rax,cr2
mov cr2,r9
mov rax,cr3
mov cr3,r9
mov rax,cr4
mov cr4,r9
mov rax,dr0
mov dr0,r9
mov rax,dr1
mov dr1,r9
mov rax,dr2
mov dr2,r9
mov rax,dr3
mov dr3,r9
mov rax,dr6
mov dr6,r9
mov rax,dr7
mov dr7,r9
mov rax,cr8
mov cr8,rcx
smsw ax
smsw ebx
lmsw ax
sldt ax
sldt ebx
str cx
lldt ax
ltr bx
push ax
push si
pop cx
push rax
push r12
pop r15
push 5
push -1
push 0x7f
push 0x80
push 0x1234
push byte 3
push word 0x1234
push word 5
push qword 5
push word [rax]
pop word [rbp]
push qword [rax]
pop qword [rbp]
call qword [rax]
jmp qword [rsp+8]
pushfq
popfq
pushf
pushfw
popf
popfw
iret
iretw
iretd
cbw
cwde
cwd
cdq
iretq
cdqe
cqo
call rax
jmp r9
jo $+5
jo near $+5
jo short $
jo $+300
seto al
seto bh
jno $+5
jno near $+5
jno short $
jno $+300
setno al
setno bh
jb $+5
jb near $+5
jb short $
jb $+300
setb al
setb bh
jc $+5
jc near $+5
jc short $
jc $+300
setc al
setc bh
jnae $+5
jnae near $+5
jnae short $
jnae $+300
setnae al
setnae bh
jae $+5
jae near $+5
jae short $
jae $+300
setae al
setae bh
jnb $+5
jnb near $+5
jnb short $
jnb $+300
setnb al
setnb bh
jnc $+5
jnc near $+5
jnc short $
jnc $+300
setnc al
setnc bh
je $+5
je near $+5
je short $
je $+300
sete al
sete bh
jz $+5
jz near $+5
jz short $
jz $+300
setz al
setz bh
jne $+5
jne near $+5
jne short $
jne $+300
setne al
setne bh
jnz $+5
jnz near $+5
jnz short $
jnz $+300
setnz al
setnz bh
jbe $+5
jbe near $+5
jbe short $
jbe $+300
setbe al
setbe bh
jna $+5
jna near $+5
jna short $
jna $+300
setna al
setna bh
ja $+5
ja near $+5
ja short $
ja $+300
seta al
seta bh
jnbe $+5
jnbe near $+5
jnbe short $
jnbe $+300
setnbe al
setnbe bh
js $+5
js near $+5
js short $
js $+300
sets al
sets bh
jns $+5
jns near $+5
jns short $
jns $+300
setns al
setns bh
jp $+5
jp near $+5
jp short $
jp $+300
setp al
setp bh
jpe $+5
jpe near $+5
jpe short $
jpe $+300
setpe al
setpe bh
jnp $+5
jnp near $+5
jnp short $
jnp $+300
setnp al
setnp bh
jpo $+5
jpo near $+5
jpo short $
jpo $+300
setpo al
setpo bh
jl $+5
jl near $+5
jl short $
jl $+300
setl al
setl bh
jnge $+5
jnge near $+5
jnge short $
jnge $+300
setnge al
setnge bh
jge $+5
jge near $+5
jge short $
jge $+300
setge al
setge bh
jnl $+5
jnl near $+5
jnl short $
jnl $+300
setnl al
setnl bh
jle $+5
jle near $+5
jle short $
jle $+300
setle al
setle bh
jng $+5
jng near $+5
jng short $
jng $+300
setng al
setng bh
jg $+5
jg near $+5
jg short $
jg $+300
setg al
setg bh
jnle $+5
jnle near $+5
jnle short $
jnle $+300
setnle al
setnle bh
sete [rax]
setg byte [rbp]
jmp $
jmp short $+10
jmp near $
jmp $-200
call $
call $+3
loop $
loope $-5
loopz $
loopne $
loopnz $+2
jecxz $
loop $,ecx
loope $,ecx
jrcxz $
loop $,rcx
ret
retn
ret 4
retf
retf 8
int 0x21
int 3
int3
enter 16,0
enter 0x100,1
leave
movsb
movsw
movsd
rep movsb
repe movsd
repne movsw
repz movsb
repnz movsb
movsq
cmpsb
cmpsw
cmpsd
rep cmpsb
repe cmpsd
repne cmpsw
repz cmpsb
repnz cmpsb
cmpsq
stosb
stosw
stosd
rep stosb
repe stosd
repne stosw
repz stosb
repnz stosb
stosq
lodsb
lodsw
lodsd
rep lodsb
repe lodsd
repne lodsw
repz lodsb
repnz lodsb
lodsq
scasb
scasw
scasd
rep scasb
repe scasd
repne scasw
repz scasb
repnz scasb
scasq
insb
insw
insd
rep insb
rep insd
outsb
outsw
outsd
rep outsb
rep outsd
in al,0x60
in al,dx
out 0x80,al
out dx,al
in ax,0x60
in ax,dx
out 0x80,ax
out dx,ax
in eax,0x60
in eax,dx
out 0x80,eax
out dx,eax
nop
pause
hlt
cmc
clc
stc
cli
sti
cld
std
lahf
sahf
xlat
xlatb
clts
rsm
invd
wbinvd
ud2
wrmsr
rdtsc
rdmsr
cpuid
lfence
mfence
sfence
vmcall
vmmcall
lock add dword [rax],1
lock or dword [rax],1
lock adc dword [rax],1
lock sbb dword [rax],1
lock and dword [rax],1
lock sub dword [rax],1
lock xor dword [rax],1
lock btc dword [rax],1
lock bts dword [rax],1
lock btr dword [rax],1
lock inc dword [rax]
lock dec dword [rax]
lock not dword [rax]
lock neg dword [rax]
mov spl,al
mov sil,5
mov r8b,r9b
mov al,r15b
add dil,[r10]
mov r11,0x123456789abcdef
mov rax,-5
mov rcx,0x80000000
mov rdx,0xffffffff
mov rbx,0x7fffffff
add rax,-128
mov qword [rax],-1
mov r9d,1
mov r10w,2
test r8,0x12
mov rax,[rel $+20]
lea rsi,[rel $$]
lea rdi,[$$+4]
db 1,2,'abc',"d",0x80,-1
dw 1,'ab','abc',0xffff
dd 0x12345678,-1,'abcde'
dq 1,-1,0x123456789abcdef0
times 3 db 1,2
times 2 nop
times 4-1 dw 7
