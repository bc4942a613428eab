; Forms in 32-bit code, held byte for byte against nasm.
add al,bl
add bl,ch
add al,5
add bl,-1
add al,0x7f
add ch,0x12
add [eax],bl
add al,[ebp]
add byte [esp],3
add [esp+4],byte 0x55
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
add [eax],bx
add ax,[ebp]
add word [esp],3
add [esp+4],word 0x55
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
add [eax],edx
add eax,[ebp]
add dword [esp],3
add [esp+4],dword 0x55
or al,bl
or bl,ch
or al,5
or bl,-1
or al,0x7f
or ch,0x12
or [eax],bl
or al,[ebp]
or byte [esp],3
or [esp+4],byte 0x55
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
or [eax],bx
or ax,[ebp]
or word [esp],3
or [esp+4],word 0x55
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
or [eax],edx
or eax,[ebp]
or dword [esp],3
or [esp+4],dword 0x55
adc al,bl
adc bl,ch
adc al,5
adc bl,-1
adc al,0x7f
adc ch,0x12
adc [eax],bl
adc al,[ebp]
adc byte [esp],3
adc [esp+4],byte 0x55
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
adc [eax],bx
adc ax,[ebp]
adc word [esp],3
adc [esp+4],word 0x55
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
adc [eax],edx
adc eax,[ebp]
adc dword [esp],3
adc [esp+4],dword 0x55
sbb al,bl
sbb bl,ch
sbb al,5
sbb bl,-1
sbb al,0x7f
sbb ch,0x12
sbb [eax],bl
sbb al,[ebp]
sbb byte [esp],3
sbb [esp+4],byte 0x55
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
sbb [eax],bx
sbb ax,[ebp]
sbb word [esp],3
sbb [esp+4],word 0x55
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
sbb [eax],edx
sbb eax,[ebp]
sbb dword [esp],3
sbb [esp+4],dword 0x55
and al,bl
and bl,ch
and al,5
and bl,-1
and al,0x7f
and ch,0x12
and [eax],bl
and al,[ebp]
and byte [esp],3
and [esp+4],byte 0x55
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
and [eax],bx
and ax,[ebp]
and word [esp],3
and [esp+4],word 0x55
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
and [eax],edx
and eax,[ebp]
and dword [esp],3
and [esp+4],dword 0x55
sub al,bl
sub bl,ch
sub al,5
sub bl,-1
sub al,0x7f
sub ch,0x12
sub [eax],bl
sub al,[ebp]
sub byte [esp],3
sub [esp+4],byte 0x55
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
sub [eax],bx
sub ax,[ebp]
sub word [esp],3
sub [esp+4],word 0x55
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
sub [eax],edx
sub eax,[ebp]
sub dword [esp],3
sub [esp+4],dword 0x55
xor al,bl
xor bl,ch
xor al,5
xor bl,-1
xor al,0x7f
xor ch,0x12
xor [eax],bl
xor al,[ebp]
xor byte [esp],3
xor [esp+4],byte 0x55
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
xor [eax],bx
xor ax,[ebp]
xor word [esp],3
xor [esp+4],word 0x55
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
xor [eax],edx
xor eax,[ebp]
xor dword [esp],3
xor [esp+4],dword 0x55
cmp al,bl
cmp bl,ch
cmp al,5
cmp bl,-1
cmp al,0x7f
cmp ch,0x12
cmp [eax],bl
cmp al,[ebp]
cmp byte [esp],3
cmp [esp+4],byte 0x55
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
cmp [eax],bx
cmp ax,[ebp]
cmp word [esp],3
cmp [esp+4],word 0x55
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
cmp [eax],edx
cmp eax,[ebp]
cmp dword [esp],3
cmp [esp+4],dword 0x55
test al,bl
test bl,al
test bl,ch
test [eax],bl
test ch,[eax]
test [ebp],bl
test ch,[ebp]
test [esp],bl
test ch,[esp]
test [esp+4],bl
test ch,[esp+4]
test [eax+ebx],bl
test ch,[eax+ebx]
test [ebx+eax*4],bl
test ch,[ebx+eax*4]
test [ecx*8+0x1000],bl
test ch,[ecx*8+0x1000]
test [edi+esi*2-5],bl
test ch,[edi+esi*2-5]
test [fs:eax+0x12345],bl
test ch,[fs:eax+0x12345]
test [eax*2],bl
test ch,[eax*2]
test [eax*5],bl
test ch,[eax*5]
test [ebp+ecx*1],bl
test ch,[ebp+ecx*1]
test [0x12345678],bl
test ch,[0x12345678]
test [bx+si],bl
test ch,[bx+si]
test [di+3],bl
test ch,[di+3]
mov al,bl
mov bl,al
mov bl,ch
mov [eax],bl
mov ch,[eax]
mov al,[eax]
mov [eax],al
mov [ebp],bl
mov ch,[ebp]
mov al,[ebp]
mov [ebp],al
mov [esp],bl
mov ch,[esp]
mov al,[esp]
mov [esp],al
mov [esp+4],bl
mov ch,[esp+4]
mov al,[esp+4]
mov [esp+4],al
mov [eax+ebx],bl
mov ch,[eax+ebx]
mov al,[eax+ebx]
mov [eax+ebx],al
mov [ebx+eax*4],bl
mov ch,[ebx+eax*4]
mov al,[ebx+eax*4]
mov [ebx+eax*4],al
mov [ecx*8+0x1000],bl
mov ch,[ecx*8+0x1000]
mov al,[ecx*8+0x1000]
mov [ecx*8+0x1000],al
mov [edi+esi*2-5],bl
mov ch,[edi+esi*2-5]
mov al,[edi+esi*2-5]
mov [edi+esi*2-5],al
mov [fs:eax+0x12345],bl
mov ch,[fs:eax+0x12345]
mov al,[fs:eax+0x12345]
mov [fs:eax+0x12345],al
mov [eax*2],bl
mov ch,[eax*2]
mov al,[eax*2]
mov [eax*2],al
mov [eax*5],bl
mov ch,[eax*5]
mov al,[eax*5]
mov [eax*5],al
mov [ebp+ecx*1],bl
mov ch,[ebp+ecx*1]
mov al,[ebp+ecx*1]
mov [ebp+ecx*1],al
mov [0x12345678],bl
mov ch,[0x12345678]
mov al,[0x12345678]
mov [0x12345678],al
mov [bx+si],bl
mov ch,[bx+si]
mov al,[bx+si]
mov [bx+si],al
mov [di+3],bl
mov ch,[di+3]
mov al,[di+3]
mov [di+3],al
xchg al,bl
xchg bl,al
xchg bl,ch
xchg [eax],bl
xchg ch,[eax]
xchg [ebp],bl
xchg ch,[ebp]
xchg [esp],bl
xchg ch,[esp]
xchg [esp+4],bl
xchg ch,[esp+4]
xchg [eax+ebx],bl
xchg ch,[eax+ebx]
xchg [ebx+eax*4],bl
xchg ch,[ebx+eax*4]
xchg [ecx*8+0x1000],bl
xchg ch,[ecx*8+0x1000]
xchg [edi+esi*2-5],bl
xchg ch,[edi+esi*2-5]
xchg [fs:eax+0x12345],bl
xchg ch,[fs:eax+0x12345]
xchg [eax*2],bl
xchg ch,[eax*2]
xchg [eax*5],bl
xchg ch,[eax*5]
xchg [ebp+ecx*1],bl
xchg ch,[ebp+ecx*1]
xchg [0x12345678],bl
xchg ch,[0x12345678]
xchg [bx+si],bl
xchg ch,[bx+si]
xchg [di+3],bl
xchg ch,[di+3]
test al,0x12
test bl,0x7f
test byte [eax],0x21
test byte [eax+ebx],0x22
mov al,0x12
mov bl,0x7f
mov byte [eax],0x21
mov byte [eax+ebx],0x22
inc al
inc ch
inc byte [eax]
inc byte [esp+4]
dec al
dec ch
dec byte [eax]
dec byte [esp+4]
not al
not ch
not byte [eax]
not byte [esp+4]
neg al
neg ch
neg byte [eax]
neg byte [esp+4]
mul al
mul ch
mul byte [eax]
mul byte [esp+4]
imul al
imul ch
imul byte [eax]
imul byte [esp+4]
div al
div ch
div byte [eax]
div byte [esp+4]
idiv al
idiv ch
idiv byte [eax]
idiv byte [esp+4]
rol al,1
rol bl,cl
rol ch,4
rol byte [eax],1
rol byte [ebp],cl
rol byte [esp],7
ror al,1
ror bl,cl
ror ch,4
ror byte [eax],1
ror byte [ebp],cl
ror byte [esp],7
rcl al,1
rcl bl,cl
rcl ch,4
rcl byte [eax],1
rcl byte [ebp],cl
rcl byte [esp],7
rcr al,1
rcr bl,cl
rcr ch,4
rcr byte [eax],1
rcr byte [ebp],cl
rcr byte [esp],7
shl al,1
shl bl,cl
shl ch,4
shl byte [eax],1
shl byte [ebp],cl
shl byte [esp],7
sal al,1
sal bl,cl
sal ch,4
sal byte [eax],1
sal byte [ebp],cl
sal byte [esp],7
shr al,1
shr bl,cl
shr ch,4
shr byte [eax],1
shr byte [ebp],cl
shr byte [esp],7
sar al,1
sar bl,cl
sar ch,4
sar byte [eax],1
sar byte [ebp],cl
sar byte [esp],7
xadd al,bl
xadd [ebp],bl
lock xadd [eax],al
cmpxchg al,bl
cmpxchg [ebp],bl
lock cmpxchg [eax],al
test ax,bx
test bx,ax
test bx,si
test [eax],bx
test si,[eax]
test [ebp],bx
test si,[ebp]
test [esp],bx
test si,[esp]
test [esp+4],bx
test si,[esp+4]
test [eax+ebx],bx
test si,[eax+ebx]
test [ebx+eax*4],bx
test si,[ebx+eax*4]
test [ecx*8+0x1000],bx
test si,[ecx*8+0x1000]
test [edi+esi*2-5],bx
test si,[edi+esi*2-5]
test [fs:eax+0x12345],bx
test si,[fs:eax+0x12345]
test [eax*2],bx
test si,[eax*2]
test [eax*5],bx
test si,[eax*5]
test [ebp+ecx*1],bx
test si,[ebp+ecx*1]
test [0x12345678],bx
test si,[0x12345678]
test [bx+si],bx
test si,[bx+si]
test [di+3],bx
test si,[di+3]
mov ax,bx
mov bx,ax
mov bx,si
mov [eax],bx
mov si,[eax]
mov ax,[eax]
mov [eax],ax
mov [ebp],bx
mov si,[ebp]
mov ax,[ebp]
mov [ebp],ax
mov [esp],bx
mov si,[esp]
mov ax,[esp]
mov [esp],ax
mov [esp+4],bx
mov si,[esp+4]
mov ax,[esp+4]
mov [esp+4],ax
mov [eax+ebx],bx
mov si,[eax+ebx]
mov ax,[eax+ebx]
mov [eax+ebx],ax
mov [ebx+eax*4],bx
mov si,[ebx+eax*4]
mov ax,[ebx+eax*4]
mov [ebx+eax*4],ax
mov [ecx*8+0x1000],bx
mov si,[ecx*8+0x1000]
mov ax,[ecx*8+0x1000]
mov [ecx*8+0x1000],ax
mov [edi+esi*2-5],bx
mov si,[edi+esi*2-5]
mov ax,[edi+esi*2-5]
mov [edi+esi*2-5],ax
mov [fs:eax+0x12345],bx
mov si,[fs:eax+0x12345]
mov ax,[fs:eax+0x12345]
mov [fs:eax+0x12345],ax
mov [eax*2],bx
mov si,[eax*2]
mov ax,[eax*2]
mov [eax*2],ax
mov [eax*5],bx
mov si,[eax*5]
mov ax,[eax*5]
mov [eax*5],ax
mov [ebp+ecx*1],bx
mov si,[ebp+ecx*1]
mov ax,[ebp+ecx*1]
mov [ebp+ecx*1],ax
mov [0x12345678],bx
mov si,[0x12345678]
mov ax,[0x12345678]
mov [0x12345678],ax
mov [bx+si],bx
mov si,[bx+si]
mov ax,[bx+si]
mov [bx+si],ax
mov [di+3],bx
mov si,[di+3]
mov ax,[di+3]
mov [di+3],ax
xchg ax,bx
xchg bx,ax
xchg bx,si
xchg [eax],bx
xchg si,[eax]
xchg [ebp],bx
xchg si,[ebp]
xchg [esp],bx
xchg si,[esp]
xchg [esp+4],bx
xchg si,[esp+4]
xchg [eax+ebx],bx
xchg si,[eax+ebx]
xchg [ebx+eax*4],bx
xchg si,[ebx+eax*4]
xchg [ecx*8+0x1000],bx
xchg si,[ecx*8+0x1000]
xchg [edi+esi*2-5],bx
xchg si,[edi+esi*2-5]
xchg [fs:eax+0x12345],bx
xchg si,[fs:eax+0x12345]
xchg [eax*2],bx
xchg si,[eax*2]
xchg [eax*5],bx
xchg si,[eax*5]
xchg [ebp+ecx*1],bx
xchg si,[ebp+ecx*1]
xchg [0x12345678],bx
xchg si,[0x12345678]
xchg [bx+si],bx
xchg si,[bx+si]
xchg [di+3],bx
xchg si,[di+3]
test ax,0x12
test bx,0x7f
test ax,0x1234
test bx,-2
test word [eax],0x21
test word [eax+ebx],0x22
mov ax,0x12
mov bx,0x7f
mov ax,0x1234
mov bx,-2
mov word [eax],0x21
mov word [eax+ebx],0x22
inc ax
inc si
inc word [eax]
inc word [esp+4]
dec ax
dec si
dec word [eax]
dec word [esp+4]
not ax
not si
not word [eax]
not word [esp+4]
neg ax
neg si
neg word [eax]
neg word [esp+4]
mul ax
mul si
mul word [eax]
mul word [esp+4]
imul ax
imul si
imul word [eax]
imul word [esp+4]
div ax
div si
div word [eax]
div word [esp+4]
idiv ax
idiv si
idiv word [eax]
idiv word [esp+4]
rol ax,1
rol bx,cl
rol si,4
rol word [eax],1
rol word [ebp],cl
rol word [esp],7
ror ax,1
ror bx,cl
ror si,4
ror word [eax],1
ror word [ebp],cl
ror word [esp],7
rcl ax,1
rcl bx,cl
rcl si,4
rcl word [eax],1
rcl word [ebp],cl
rcl word [esp],7
rcr ax,1
rcr bx,cl
rcr si,4
rcr word [eax],1
rcr word [ebp],cl
rcr word [esp],7
shl ax,1
shl bx,cl
shl si,4
shl word [eax],1
shl word [ebp],cl
shl word [esp],7
sal ax,1
sal bx,cl
sal si,4
sal word [eax],1
sal word [ebp],cl
sal word [esp],7
shr ax,1
shr bx,cl
shr si,4
shr word [eax],1
shr word [ebp],cl
shr word [esp],7
sar ax,1
sar bx,cl
sar si,4
sar word [eax],1
sar word [ebp],cl
sar word [esp],7
xadd ax,bx
xadd [ebp],bx
lock xadd [eax],ax
cmpxchg ax,bx
cmpxchg [ebp],bx
lock cmpxchg [eax],ax
bt ax,bx
bt si,7
bt [eax],bx
bt word [esp],3
bts ax,bx
bts si,7
bts [eax],bx
bts word [esp],3
btr ax,bx
btr si,7
btr [eax],bx
btr word [esp],3
btc ax,bx
btc si,7
btc [eax],bx
btc word [esp],3
bsf ax,bx
bsf bx,[ebp]
bsr ax,bx
bsr bx,[ebp]
imul ax,bx
imul bx,[ebp]
cmove ax,bx
cmove bx,[ebp]
cmovnz ax,bx
cmovnz bx,[ebp]
cmovl ax,bx
cmovl bx,[ebp]
imul ax,bx,5
imul bx,si,0x1234
imul si,7
imul ax,0x300
imul ax,[eax],-3
imul bx,word [ebp],0x400
shld ax,bx,3
shld bx,si,cl
shld [eax],bx,9
shrd ax,bx,3
shrd bx,si,cl
shrd [eax],bx,9
movzx ax,bl
movzx ax,byte [eax]
movsx ax,bl
movsx ax,byte [eax]
lea bx,[eax]
lea bx,[ebp]
lea bx,[esp]
lea bx,[esp+4]
lea bx,[eax+ebx]
lea bx,[ebx+eax*4]
lea bx,[ecx*8+0x1000]
lea bx,[edi+esi*2-5]
lea bx,[fs:eax+0x12345]
lea bx,[eax*2]
lea bx,[eax*5]
lea bx,[ebp+ecx*1]
lea bx,[0x12345678]
lea bx,[bx+si]
lea bx,[di+3]
test eax,edx
test edx,eax
test edx,ebp
test [eax],edx
test ebp,[eax]
test [ebp],edx
test ebp,[ebp]
test [esp],edx
test ebp,[esp]
test [esp+4],edx
test ebp,[esp+4]
test [eax+ebx],edx
test ebp,[eax+ebx]
test [ebx+eax*4],edx
test ebp,[ebx+eax*4]
test [ecx*8+0x1000],edx
test ebp,[ecx*8+0x1000]
test [edi+esi*2-5],edx
test ebp,[edi+esi*2-5]
test [fs:eax+0x12345],edx
test ebp,[fs:eax+0x12345]
test [eax*2],edx
test ebp,[eax*2]
test [eax*5],edx
test ebp,[eax*5]
test [ebp+ecx*1],edx
test ebp,[ebp+ecx*1]
test [0x12345678],edx
test ebp,[0x12345678]
test [bx+si],edx
test ebp,[bx+si]
test [di+3],edx
test ebp,[di+3]
mov eax,edx
mov edx,eax
mov edx,ebp
mov [eax],edx
mov ebp,[eax]
mov eax,[eax]
mov [eax],eax
mov [ebp],edx
mov ebp,[ebp]
mov eax,[ebp]
mov [ebp],eax
mov [esp],edx
mov ebp,[esp]
mov eax,[esp]
mov [esp],eax
mov [esp+4],edx
mov ebp,[esp+4]
mov eax,[esp+4]
mov [esp+4],eax
mov [eax+ebx],edx
mov ebp,[eax+ebx]
mov eax,[eax+ebx]
mov [eax+ebx],eax
mov [ebx+eax*4],edx
mov ebp,[ebx+eax*4]
mov eax,[ebx+eax*4]
mov [ebx+eax*4],eax
mov [ecx*8+0x1000],edx
mov ebp,[ecx*8+0x1000]
mov eax,[ecx*8+0x1000]
mov [ecx*8+0x1000],eax
mov [edi+esi*2-5],edx
mov ebp,[edi+esi*2-5]
mov eax,[edi+esi*2-5]
mov [edi+esi*2-5],eax
mov [fs:eax+0x12345],edx
mov ebp,[fs:eax+0x12345]
mov eax,[fs:eax+0x12345]
mov [fs:eax+0x12345],eax
mov [eax*2],edx
mov ebp,[eax*2]
mov eax,[eax*2]
mov [eax*2],eax
mov [eax*5],edx
mov ebp,[eax*5]
mov eax,[eax*5]
mov [eax*5],eax
mov [ebp+ecx*1],edx
mov ebp,[ebp+ecx*1]
mov eax,[ebp+ecx*1]
mov [ebp+ecx*1],eax
mov [0x12345678],edx
mov ebp,[0x12345678]
mov eax,[0x12345678]
mov [0x12345678],eax
mov [bx+si],edx
mov ebp,[bx+si]
mov eax,[bx+si]
mov [bx+si],eax
mov [di+3],edx
mov ebp,[di+3]
mov eax,[di+3]
mov [di+3],eax
xchg eax,edx
xchg edx,eax
xchg edx,ebp
xchg [eax],edx
xchg ebp,[eax]
xchg [ebp],edx
xchg ebp,[ebp]
xchg [esp],edx
xchg ebp,[esp]
xchg [esp+4],edx
xchg ebp,[esp+4]
xchg [eax+ebx],edx
xchg ebp,[eax+ebx]
xchg [ebx+eax*4],edx
xchg ebp,[ebx+eax*4]
xchg [ecx*8+0x1000],edx
xchg ebp,[ecx*8+0x1000]
xchg [edi+esi*2-5],edx
xchg ebp,[edi+esi*2-5]
xchg [fs:eax+0x12345],edx
xchg ebp,[fs:eax+0x12345]
xchg [eax*2],edx
xchg ebp,[eax*2]
xchg [eax*5],edx
xchg ebp,[eax*5]
xchg [ebp+ecx*1],edx
xchg ebp,[ebp+ecx*1]
xchg [0x12345678],edx
xchg ebp,[0x12345678]
xchg [bx+si],edx
xchg ebp,[bx+si]
xchg [di+3],edx
xchg ebp,[di+3]
test eax,0x12
test edx,0x7f
test eax,0x1234
test edx,-2
test dword [eax],0x21
test dword [eax+ebx],0x22
mov eax,0x12
mov edx,0x7f
mov eax,0x1234
mov edx,-2
mov dword [eax],0x21
mov dword [eax+ebx],0x22
inc eax
inc ebp
inc dword [eax]
inc dword [esp+4]
dec eax
dec ebp
dec dword [eax]
dec dword [esp+4]
not eax
not ebp
not dword [eax]
not dword [esp+4]
neg eax
neg ebp
neg dword [eax]
neg dword [esp+4]
mul eax
mul ebp
mul dword [eax]
mul dword [esp+4]
imul eax
imul ebp
imul dword [eax]
imul dword [esp+4]
div eax
div ebp
div dword [eax]
div dword [esp+4]
idiv eax
idiv ebp
idiv dword [eax]
idiv dword [esp+4]
rol eax,1
rol edx,cl
rol ebp,4
rol dword [eax],1
rol dword [ebp],cl
rol dword [esp],7
ror eax,1
ror edx,cl
ror ebp,4
ror dword [eax],1
ror dword [ebp],cl
ror dword [esp],7
rcl eax,1
rcl edx,cl
rcl ebp,4
rcl dword [eax],1
rcl dword [ebp],cl
rcl dword [esp],7
rcr eax,1
rcr edx,cl
rcr ebp,4
rcr dword [eax],1
rcr dword [ebp],cl
rcr dword [esp],7
shl eax,1
shl edx,cl
shl ebp,4
shl dword [eax],1
shl dword [ebp],cl
shl dword [esp],7
sal eax,1
sal edx,cl
sal ebp,4
sal dword [eax],1
sal dword [ebp],cl
sal dword [esp],7
shr eax,1
shr edx,cl
shr ebp,4
shr dword [eax],1
shr dword [ebp],cl
shr dword [esp],7
sar eax,1
sar edx,cl
sar ebp,4
sar dword [eax],1
sar dword [ebp],cl
sar dword [esp],7
xadd eax,edx
xadd [ebp],edx
lock xadd [eax],eax
cmpxchg eax,edx
cmpxchg [ebp],edx
lock cmpxchg [eax],eax
bt eax,edx
bt ebp,7
bt [eax],edx
bt dword [esp],3
bts eax,edx
bts ebp,7
bts [eax],edx
bts dword [esp],3
btr eax,edx
btr ebp,7
btr [eax],edx
btr dword [esp],3
btc eax,edx
btc ebp,7
btc [eax],edx
btc dword [esp],3
bsf eax,edx
bsf edx,[ebp]
bsr eax,edx
bsr edx,[ebp]
imul eax,edx
imul edx,[ebp]
cmove eax,edx
cmove edx,[ebp]
cmovnz eax,edx
cmovnz edx,[ebp]
cmovl eax,edx
cmovl edx,[ebp]
imul eax,edx,5
imul edx,ebp,0x1234
imul ebp,7
imul eax,0x300
imul eax,[eax],-3
imul edx,dword [ebp],0x400
shld eax,edx,3
shld edx,ebp,cl
shld [eax],edx,9
shrd eax,edx,3
shrd edx,ebp,cl
shrd [eax],edx,9
movzx eax,bl
movzx eax,byte [eax]
movzx eax,bx
movzx eax,word [eax]
movsx eax,bl
movsx eax,byte [eax]
movsx eax,bx
movsx eax,word [eax]
lea edx,[eax]
lea edx,[ebp]
lea edx,[esp]
lea edx,[esp+4]
lea edx,[eax+ebx]
lea edx,[ebx+eax*4]
lea edx,[ecx*8+0x1000]
lea edx,[edi+esi*2-5]
lea edx,[fs:eax+0x12345]
lea edx,[eax*2]
lea edx,[eax*5]
lea edx,[ebp+ecx*1]
lea edx,[0x12345678]
lea edx,[bx+si]
lea edx,[di+3]
bswap eax
bswap esi
les di,[eax]
les esi,[ebp]
lds di,[eax]
lds esi,[ebp]
lss bx,[eax]
lss esi,[ebp]
lfs bx,[eax]
lfs esi,[ebp]
lgs bx,[eax]
lgs esi,[ebp]
sgdt [eax]
sgdt [esp+4]
sidt [eax]
sidt [esp+4]
lgdt [eax]
lgdt [esp+4]
lidt [eax]
lidt [esp+4]
invlpg [eax]
invlpg [esp+4]
smsw [eax]
smsw [esp+4]
lmsw [eax]
lmsw [esp+4]
sldt [eax]
sldt [esp+4]
str [eax]
str [esp+4]
lldt [eax]
lldt [esp+4]
ltr [eax]
ltr [esp+4]
cmpxchg8b [eax]
cmpxchg8b [esp+4]
mov [eax],es
mov word [ebp],es
mov es,[eax]
mov [eax],cs
mov word [ebp],cs
mov [eax],ss
mov word [ebp],ss
mov ss,[eax]
mov [eax],ds
mov word [ebp],ds
mov ds,[eax]
mov [eax],fs
mov word [ebp],fs
mov fs,[eax]
mov [eax],gs
mov word [ebp],gs
mov gs,[eax]
mov ax,es
mov ebx,es
push es
mov es,ax
mov es,cx
pop es
mov ax,cs
mov ebx,cs
push cs
mov ax,ss
mov ebx,ss
push ss
mov ss,ax
mov ss,cx
pop ss
mov ax,ds
mov ebx,ds
push ds
mov ds,ax
mov ds,cx
pop ds
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
mov eax,cr0
mov cr0,ebx
mov eax,cr2
mov cr2,ebx
mov eax,cr3
mov cr3,ebx
mov eax,cr4
mov cr4,ebx
mov eax,dr0
mov dr0,ebx
mov eax,dr1
mov dr1,ebx
mov eax,dr2
mov dr2,ebx
mov eax,dr3
mov dr3,ebx
mov eax,dr6
mov dr6,ebx
mov eax,dr7
mov dr7,ebx
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
push eax
pop ebp
dec edi
push 5
push -1
push 0x7f
push 0x80
push 0x1234
push byte 3
push word 0x1234
push word 5
push dword 5
push dword 0x12345678
push word [eax]
pop word [ebp]
call word [eax]
jmp word [esp]
push dword [eax]
pop dword [ebp]
call dword [eax]
jmp dword [esp]
pusha
pushaw
pushad
popa
popaw
popad
into
pushfd
popfd
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
call ax
jmp bx
call eax
jmp ebx
jmp 0x1234:0x5678
call 8:0x10
jmp word 0x10:0x20
jmp dword 8:0x12345678
call dword 8:1
jmp far [eax]
call far [ebp]
jmp far word [eax]
call far dword [eax]
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
sete [eax]
setg byte [ebp]
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
jcxz $
loop $,cx
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
cmpsb
cmpsw
cmpsd
rep cmpsb
repe cmpsd
repne cmpsw
repz cmpsb
repnz cmpsb
stosb
stosw
stosd
rep stosb
repe stosd
repne stosw
repz stosb
repnz stosb
lodsb
lodsw
lodsd
rep lodsb
repe lodsd
repne lodsw
repz lodsb
repnz lodsb
scasb
scasw
scasd
rep scasb
repe scasd
repne scasw
repz scasb
repnz scasb
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
es lodsb
cs movsb
a32 stosb
o32 nop
a16 lodsw
fs movsw
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
lock add dword [eax],1
lock or dword [eax],1
lock adc dword [eax],1
lock sbb dword [eax],1
lock and dword [eax],1
lock sub dword [eax],1
lock xor dword [eax],1
lock btc dword [eax],1
lock bts dword [eax],1
lock btr dword [eax],1
lock inc dword [eax]
lock dec dword [eax]
lock not dword [eax]
lock neg dword [eax]
db 1,2,'abc',"d",0x80,-1
dw 1,'ab','abc',0xffff
dd 0x12345678,-1,'abcde'
dq 1,-1,0x123456789abcdef0
times 3 db 1,2
times 2 nop
times 4-1 dw 7
